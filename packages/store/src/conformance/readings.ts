// What every store promises of readings: kept once, the later value wins, found across any gap.

import { HOUR_MS, type Reading } from '@parkpulse/metering'
import { describe, expect, it } from 'vitest'
import { batch, batchOf, group, reading, T0 } from './batches.ts'
import { opened, type StoreDoors, testFolder } from './opened.ts'

const heard = (receivedAt: number, ...some: readonly Reading[]) => group(some, { receivedAt })

const ALL = { from: 0, until: T0 * 2 }

export const readingsConformance = (doors: StoreDoors): void => {
  const open = async () => {
    const folder = await testFolder()
    const writer = await opened(doors.readingsWriter, folder)
    const readings = await opened(doors.readings, folder)
    return { folder, writer, readings }
  }

  describe('readings', () => {
    it('are found as written, by register and in order of `at`, with their position', async () => {
      const { writer, readings } = await open()
      const written = [reading(1, T0 + 5, 12.5, 3), reading(2, T0 + 6, 7, 4), reading(1, T0, -2, 3)]
      expect(await writer.write(batchOf(10, ...written))).toEqual({ stored: 3, repeated: 0, conflicting: 0 })
      expect(await readings.readings(1, ALL, 10)).toEqual([written[2], written[0]])
      expect(await readings.readings(2, ALL, 10)).toEqual([written[1]])
      expect(await readings.readings(3, ALL, 10)).toEqual([])
    })

    it('lie in half-open periods, at most `limit` of them', async () => {
      const { writer, readings } = await open()
      const times = [T0 - 1, T0, T0 + HOUR_MS - 1, T0 + HOUR_MS, T0 + 5 * HOUR_MS]
      await writer.write(batchOf(1, ...times.map((at) => reading(1, at, 1))))
      const atOf = async (from: number, until: number, limit = 10) =>
        (await readings.readings(1, { from, until }, limit)).map(({ at }) => at)
      expect(await atOf(T0, T0 + HOUR_MS)).toEqual(times.slice(1, 3))
      expect(await atOf(T0 + 1, T0 + 5 * HOUR_MS)).toEqual(times.slice(2, 4))
      expect(await atOf(0, T0 * 2, 2)).toEqual(times.slice(0, 2))
      expect(await atOf(T0, T0)).toEqual([])
    })

    it('keep whole numbers up to 2^53 and every finite value exactly', async () => {
      const { writer, readings } = await open()
      const values = [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 0.1 + 0.2, 5e-324, 1.7e308, 0]
      await writer.write(batchOf(1, ...values.map((value, i) => reading(1, T0 + i, value, Number.MAX_SAFE_INTEGER))))
      const found = await readings.readings(1, ALL, 10)
      expect(found.map(({ value }) => value)).toEqual(values)
      expect(found[0]?.position).toBe(Number.MAX_SAFE_INTEGER)
    })

    it.each([
      ['a value that is not a number', { value: Number.NaN }],
      ['an infinite value', { value: Number.POSITIVE_INFINITY }],
      ['a register that is no positive integer', { registerId: 0 }],
      ['an instant before 1970', { at: -1 }],
      ['an instant between milliseconds', { at: T0 + 0.5 }],
      ['an instant in milliseconds of microseconds', { at: T0 * 1_000 }],
    ])('refuse %s, and the whole batch with it', async (_, wrong) => {
      const { writer, readings } = await open()
      const write = writer.write(batchOf(1, reading(1, T0, 1), { ...reading(1, T0 + 1, 1), ...wrong }))
      await expect(write).rejects.toMatchObject({ code: 'STORE_BAD_INPUT' })
      expect(await writer.position()).toBeUndefined()
      expect(await readings.readings(1, ALL, 10)).toEqual([])
    })

    it.each([0, -1, 1.5, Number.NaN])('refuse a limit of %d', async (limit) => {
      const { readings } = await open()
      await expect(readings.readings(1, ALL, limit)).rejects.toMatchObject({ code: 'STORE_BAD_INPUT' })
    })
  })

  describe('the same reading again', () => {
    it('changes nothing and keeps its first position', async () => {
      const { writer, readings } = await open()
      await writer.write(batchOf(1, reading(1, T0, 5, 100)))
      expect(await writer.write(batchOf(2, reading(1, T0, 5, 200)))).toEqual({ stored: 0, repeated: 1, conflicting: 0 })
      expect(await readings.readings(1, ALL, 10)).toEqual([reading(1, T0, 5, 100)])
      expect(await readings.conflicts(1, ALL, 10)).toEqual([])
    })

    it('with another value is a conflict: the later wins, both are on record', async () => {
      const { writer, readings } = await open()
      await writer.write(batchOf(1, reading(1, T0, 5, 100)))
      expect(await writer.write(batchOf(2, reading(1, T0, 6, 200)))).toEqual({ stored: 0, repeated: 0, conflicting: 1 })
      await writer.write(batchOf(3, reading(1, T0, 5, 300)))
      expect(await readings.readings(1, ALL, 10)).toEqual([reading(1, T0, 5, 300)])
      const key = { registerId: 1, at: T0 }
      const first = { ...key, valueBefore: 5, positionBefore: 100, value: 6, position: 200 }
      const second = { ...key, valueBefore: 6, positionBefore: 200, value: 5, position: 300 }
      expect(await readings.conflicts(1, ALL, 10)).toEqual([first, second])
      expect(await readings.conflicts(1, ALL, 1)).toEqual([first])
      expect(await readings.conflicts(1, { from: T0 + 1, until: T0 + 2 }, 10)).toEqual([])
      expect(await readings.conflicts(2, ALL, 10)).toEqual([])
    })

    it('within one batch is judged in order of arrival', async () => {
      const { writer, readings } = await open()
      const values = [5, 5, 6, 6, 5]
      const written = values.map((value, i) => reading(1, T0, value, i))
      const other = [reading(1, T0 + 1, 1), reading(1, T0 - 1, 1)]
      const outcome = await writer.write(batchOf(1, ...written.slice(0, 2), ...other, ...written.slice(2)))
      expect(outcome).toEqual({ stored: 3, repeated: 2, conflicting: 2 })
      expect(await readings.readings(1, { from: T0, until: T0 + 1 }, 10)).toEqual([reading(1, T0, 5, 4)])
      expect((await readings.conflicts(1, ALL, 10)).map((c) => [c.valueBefore, c.value])).toEqual([
        [5, 6],
        [6, 5],
      ])
    })
  })

  describe('neighbours', () => {
    it('are the last reading before and the first at or after, across a gap of years', async () => {
      const { writer, readings } = await open()
      const [old, now, next] = [reading(1, T0 - 40_000 * HOUR_MS, 1), reading(1, T0, 2), reading(1, T0 + 10, 3)]
      await writer.write(batchOf(1, now, next, old, reading(2, T0 - 1, 9)))
      expect(await readings.neighbours(1, T0)).toEqual({ before: old, after: now })
      expect(await readings.neighbours(1, T0 + 1)).toEqual({ before: now, after: next })
      expect(await readings.neighbours(1, T0 + 11)).toEqual({ before: next })
      expect(await readings.neighbours(1, old.at)).toEqual({ after: old })
      expect(await readings.neighbours(3, T0)).toEqual({})
    })
  })

  describe('the latest value', () => {
    it('is the newest by `at`, whatever the order of arrival, with its receipt', async () => {
      const { writer, readings } = await open()
      const accepted = [heard(10, reading(2, T0 + 9, 1), reading(1, T0, 1)), heard(11, reading(2, T0 + 5, 2))]
      await writer.write(batch(1, { accepted }))
      await writer.write(batch(2, { accepted: [heard(12, reading(1, T0 + 1, 4)), heard(13, reading(1, T0 - 1, 3))] }))
      const second = { registerId: 2, at: T0 + 9, value: 1, receivedAt: 10 }
      expect(await readings.latest()).toEqual([{ registerId: 1, at: T0 + 1, value: 4, receivedAt: 12 }, second])
    })

    it('follows a conflict and ignores a repetition', async () => {
      const { writer, readings } = await open()
      await writer.write(batch(1, { accepted: [group([reading(1, T0, 1)], { receivedAt: 10 })] }))
      await writer.write(batch(2, { accepted: [group([reading(1, T0, 1)], { receivedAt: 11 })] }))
      expect(await readings.latest()).toEqual([{ registerId: 1, at: T0, value: 1, receivedAt: 10 }])
      await writer.write(batch(3, { accepted: [group([reading(1, T0, 2)], { receivedAt: 12 })] }))
      expect(await readings.latest()).toEqual([{ registerId: 1, at: T0, value: 2, receivedAt: 12 }])
    })
  })

  describe('many registers at once', () => {
    it('spans hold what lies within and the first ones beyond', async () => {
      const { writer, readings } = await open()
      const times = [-3 * HOUR_MS, 0, 1, HOUR_MS, 2 * HOUR_MS, 9_000 * HOUR_MS].map((after) => T0 + after)
      await writer.write(batchOf(1, ...times.map((at, i) => reading(1, at, i, i)), reading(2, T0, 7, 9)))
      const period = { from: T0, until: T0 + HOUR_MS }
      const found = await readings.spans([
        { registerId: 1, ...period, beyond: 2 },
        { registerId: 3, ...period, beyond: 2 },
        { registerId: 2, ...period, beyond: 2 },
        { registerId: 1, from: 0, until: T0 + 1, beyond: 0 },
        { registerId: 1, from: T0 + 3 * HOUR_MS, until: T0 + 4 * HOUR_MS, beyond: 9 },
      ])
      expect([...found.ends]).toEqual([4, 4, 5, 7, 8])
      expect([...found.at]).toEqual([1, 2, 3, 4].map((i) => times[i]).concat(T0, times[0], times[1], times[5]))
      expect([...found.value]).toEqual([1, 2, 3, 4, 7, 0, 1, 5])
      expect([...found.position]).toEqual([1, 2, 3, 4, 9, 0, 1, 5])
    })

    it('hours with readings come once each, page by page', async () => {
      const { writer, readings } = await open()
      const places = [1, 2, 3].flatMap((registerId) => [0, 5].map((h) => ({ registerId, hour: T0 + h * HOUR_MS })))
      for (const [i, { registerId, hour }] of places.entries())
        await writer.write(batchOf(i + 1, reading(registerId, hour + 1, 1), reading(registerId, hour + 2, 1)))
      const found = []
      for (let page = await readings.hoursWithReadings(undefined, 4); page.length > 0;) {
        found.push(...page)
        page = await readings.hoursWithReadings(page.at(-1), 4)
      }
      expect(found.toSorted((a, b) => a.registerId - b.registerId || a.hour - b.hour)).toEqual(places)
    })
  })
}
