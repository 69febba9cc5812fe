// What every store promises of a batch: all or nothing, once, and the position tells how far it got.

import { HOUR_MS } from '@parkpulse/metering'
import { describe, expect, it } from 'vitest'
import { batch, batchOf, group, reading, refusal, rejection, T0 } from './batches.ts'
import { opened, type StoreDoors, testFolder } from './opened.ts'

const ALL = { from: 0, until: T0 * 2 }
const NOTHING = { stored: 0, repeated: 0, conflicting: 0 }

export const batchConformance = (doors: StoreDoors): void => {
  const open = async () => {
    const folder = await testFolder()
    return { writer: await opened(doors.readingsWriter, folder), readings: await opened(doors.readings, folder) }
  }

  describe('a batch', () => {
    it('moves the position, which a new writer finds', async () => {
      const folder = await testFolder()
      const writer = await opened(doors.readingsWriter, folder)
      expect(await writer.position()).toBeUndefined()
      await writer.write(batch(4096))
      expect(await writer.position()).toBe(4096)
      await writer.close()
      const again = await opened(doors.readingsWriter, folder)
      expect(await again.position()).toBe(4096)
      expect(await again.write(batchOf(5000, reading(1, T0, 1)))).toEqual({ ...NOTHING, stored: 1 })
    })

    it('that ends at or before the position was applied already', async () => {
      const folder = await testFolder()
      const writer = await opened(doors.readingsWriter, folder)
      const readings = await opened(doors.readings, folder)
      const first = batch(100, {
        accepted: [group([reading(1, T0, 1)])],
        refusals: [refusal()],
        rejections: [rejection()],
      })
      await writer.write(first)
      const before = await readings.ledger('', ALL)
      expect(await writer.write(first)).toEqual(NOTHING)
      expect(await writer.write(batchOf(50, reading(1, T0, 2), reading(1, T0 + 1, 2)))).toEqual(NOTHING)
      expect(await writer.position()).toBe(100)
      expect(await readings.ledger('', ALL)).toEqual(before)
      expect(await readings.readings(1, ALL, 10)).toEqual([reading(1, T0, 1)])
      expect(await readings.rejections('', undefined, 10)).toHaveLength(1)
      expect(await readings.refusals('', undefined, 10)).toHaveLength(1)
      expect(await readings.head()).toBe(1)
    })

    it('of any size is one batch', async () => {
      const folder = await testFolder()
      const writer = await opened(doors.readingsWriter, folder)
      const readings = await opened(doors.readings, folder)
      const many = Array.from({ length: 3_000 }, (_, i) => reading((i % 700) + 1, T0 + i * 977, i, i))
      expect(await writer.write(batchOf(1, ...many))).toEqual({ ...NOTHING, stored: 3_000 })
      const seventh = many.filter(({ registerId }) => registerId === 7)
      expect(await readings.readings(7, ALL, 10)).toEqual(seventh)
      expect(await readings.latest()).toHaveLength(700)
    })

    it('is written in the order in which it was given to the writer', async () => {
      const folder = await testFolder()
      const writer = await opened(doors.readingsWriter, folder)
      const outcomes = await Promise.all([1, 2, 3].map((i) => writer.write(batchOf(i, reading(1, T0, i, i)))))
      expect(outcomes.map(({ stored, conflicting }) => [stored, conflicting])).toEqual([
        [1, 0],
        [0, 1],
        [0, 1],
      ])
    })
  })

  describe('a reader', () => {
    it('may be opened before any writer and then sees what is written', async () => {
      const folder = await testFolder()
      const readings = await opened(doors.readings, folder)
      expect(await readings.latest()).toEqual([])
      expect(await readings.ledger('', ALL)).toEqual([])
      expect(await readings.head()).toBe(0)
      expect(await readings.since(0, 10)).toEqual({ kind: 'page', next: 0, readings: [] })
      const writer = await opened(doors.readingsWriter, folder)
      await writer.write(batchOf(1, reading(1, T0, 1)))
      expect(await readings.readings(1, ALL, 10)).toHaveLength(1)
    })
  })

  describe('after close', () => {
    it('every call rejects, and closing again is harmless', async () => {
      const folder = await testFolder()
      const writer = await opened(doors.readingsWriter, folder)
      const writing = writer.write(batchOf(1, reading(1, T0, 1)))
      await writer.close()
      expect(await writing).toEqual({ ...NOTHING, stored: 1 })
      await expect(writer.position()).rejects.toMatchObject({ code: 'STORE_CLOSED' })
      await writer.close()
    })
  })

  describe('the feed', () => {
    it('has what is new or changed in order of arrival, repetitions left out', async () => {
      const { writer, readings } = await open()
      const accepted = [
        group([reading(9, T0, 1, 5), reading(1, T0, 1, 5)], { receivedAt: 10 }),
        group([reading(1, T0, 1, 6), reading(1, T0, 2, 6)], { receivedAt: 11 }),
        group([reading(3, T0 - HOUR_MS, 0.5, 6)], { receivedAt: 12 }),
      ]
      await writer.write(batch(1, { accepted }))
      const expected = [
        { ...reading(9, T0, 1, 5), receivedAt: 10 },
        { ...reading(1, T0, 1, 5), receivedAt: 10 },
        { ...reading(1, T0, 2, 6), receivedAt: 11 },
        { ...reading(3, T0 - HOUR_MS, 0.5, 6), receivedAt: 12 },
      ]
      const page = await readings.since(0, 10)
      expect(page).toEqual({ kind: 'page', next: await readings.head(), readings: expected })
    })

    it('is read in pages of any size, across batches, without loss or repetition', async () => {
      const { writer, readings } = await open()
      for (let b = 0; b < 5; b += 1)
        await writer.write(batchOf(b + 1, ...Array.from({ length: 7 }, (_, i) => reading(1, T0 + b * 7 + i, i, b))))
      await writer.write(batchOf(9, reading(1, T0, 0, 9)))
      for (const limit of [1, 3, 7, 10, 100]) {
        const seen: number[] = []
        for (let after = 0; ;) {
          const page = await readings.since(after, limit)
          if (page.kind === 'gap') throw new Error('gap')
          if (page.readings.length === 0) break
          expect(page.readings.length).toBeLessThanOrEqual(limit)
          seen.push(...page.readings.map(({ at }) => at - T0))
          after = page.next
        }
        expect(seen).toEqual(Array.from({ length: 35 }, (_, i) => i))
      }
    })

    it('waits for nothing and tells of a gap to who is ahead of it', async () => {
      const { writer, readings } = await open()
      await writer.write(batchOf(1, reading(1, T0, 1)))
      const head = await readings.head()
      expect(await readings.since(head, 10)).toEqual({ kind: 'page', next: head, readings: [] })
      expect(await readings.since(head + 5, 10)).toEqual({ kind: 'gap', next: head })
    })
  })
}
