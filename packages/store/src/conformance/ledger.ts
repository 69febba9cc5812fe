// What every store promises of the ledger, rejections and refusals: everything received is accounted for, and the sum balances.

import { HOUR_MS } from '@parkpulse/metering'
import { describe, expect, it } from 'vitest'
import type { LedgerLine, LedgerQuery } from '../ports.ts'
import { batch, batchOf, group, PLACE, reading, refusal, rejection, T0 } from './batches.ts'
import { opened, type StoreDoors, testFolder } from './opened.ts'

const ALL = { from: 0, until: T0 * 2 }
const ZERO = { received: 0, stored: 0, repeated: 0, conflicting: 0, rejected: 0, refused: 0, pending: 0 }

const line = (counts: Partial<LedgerLine>): LedgerLine => ({ place: PLACE, hour: T0, ...ZERO, ...counts })

const balances = ({ received, stored, repeated, conflicting, rejected, refused, pending }: LedgerLine): boolean =>
  received === stored + repeated + conflicting + rejected + refused + pending

const everything = async (readings: LedgerQuery): Promise<readonly LedgerLine[]> => {
  const lines = await readings.ledger('', ALL)
  expect(lines.filter((one) => !balances(one))).toEqual([])
  return lines
}

export const ledgerConformance = (doors: StoreDoors): void => {
  const open = async () => {
    const folder = await testFolder()
    return { writer: await opened(doors.readingsWriter, folder), readings: await opened(doors.readings, folder) }
  }

  const withWaiting = async () => {
    const { writer, readings } = await open()
    await writer.write(batch(10, { accepted: [group([reading(1, T0, 1)])], rejections: [rejection(), rejection()] }))
    const [first, second] = await writer.waiting(10)
    if (first === undefined || second === undefined) throw new Error('nothing waits')
    return { writer, readings, first, second }
  }

  describe('the ledger', () => {
    it('counts each value by place and hour of receipt', async () => {
      const { writer, readings } = await open()
      const later = { receivedAt: T0 + HOUR_MS + 5, place: 'park/site/other' }
      const accepted = [
        group([reading(1, T0, 1), reading(1, T0 - 9 * HOUR_MS, 1)], { receivedAt: T0 + 1 }),
        group([reading(1, T0, 1), reading(1, T0, 2)], { receivedAt: T0 + HOUR_MS - 1 }),
        group([reading(2, T0, 1)], later),
      ]
      const rejections = [rejection({ values: 3 }), rejection({ values: 2, replayable: false, place: PLACE })]
      await writer.write(batch(1, { accepted, rejections, refusals: [refusal(), refusal(later)] }))
      expect(await everything(readings)).toEqual([
        line({ place: 'park/site', received: 3, pending: 3 }),
        line({ received: 7, stored: 2, repeated: 1, conflicting: 1, rejected: 2, refused: 1 }),
        line({ place: later.place, hour: T0 + HOUR_MS, received: 2, stored: 1, refused: 1 }),
      ])
      await writer.write(batch(2, { accepted: [group([reading(1, T0 + 5, 1)])] }))
      expect(await readings.ledger(PLACE, ALL)).toEqual([
        line({ received: 8, stored: 3, repeated: 1, conflicting: 1, rejected: 2, refused: 1 }),
      ])
    })

    it('is asked by a place at a slash and by half-open hours of receipt', async () => {
      const { writer, readings } = await open()
      const places = ['park/a', 'park/a/m', 'park/a-b/m', 'park/ab/m', 'park-2/a/m', 'park']
      const accepted = places.map((place, i) => group([reading(i + 1, T0, 1)], { place }))
      await writer.write(
        batch(1, { accepted: [...accepted, group([reading(9, T0, 1)], { receivedAt: T0 + HOUR_MS })] }),
      )
      const placesOf = async (place: string, period = { from: T0, until: T0 + HOUR_MS }) =>
        (await readings.ledger(place, period)).map((one) => one.place)
      expect(await placesOf('park/a')).toEqual(['park/a', 'park/a/m'])
      expect(await placesOf('park')).toEqual(['park', 'park/a', 'park/a-b/m', 'park/a/m', 'park/ab/m'])
      expect((await placesOf('')).toSorted()).toEqual(places.toSorted())
      expect(await placesOf('nowhere')).toEqual([])
      expect(await placesOf('', { from: T0 + HOUR_MS, until: T0 + 2 * HOUR_MS })).toEqual([PLACE])
      expect(await placesOf('', { from: T0 + 1, until: T0 + HOUR_MS })).toEqual([])
    })
  })

  describe('rejections', () => {
    it('are kept as they came, newest first, by place and page', async () => {
      const { writer, readings } = await open()
      const one = rejection({ detail: 'Không có đồng hồ này' })
      const two = rejection({ place: 'park/other', replayable: false, reason: 'bad-payload', values: 1 })
      await writer.write(batch(1, { rejections: [one, two, one] }))
      const [newest, middle, oldest] = await readings.rejections('', undefined, 10)
      expect(newest).toEqual({ ...one, id: expect.any(Number), state: 'waiting' })
      expect(middle).toEqual({ ...two, id: expect.any(Number), state: 'rejected' })
      expect(await readings.rejections('park/site', undefined, 10)).toEqual([newest, oldest])
      expect(await readings.rejections('', newest?.id, 1)).toEqual([middle])
      expect(await readings.rejections('', oldest?.id, 1)).toEqual([])
    })

    it('keep the whole payload while they wait, and its beginning otherwise', async () => {
      const { writer, readings } = await open()
      const payload = Uint8Array.from({ length: 5_000 }, (_, i) => i % 251)
      const rejections = [rejection({ payload }), rejection({ payload, replayable: false })]
      await writer.write(batch(1, { rejections }))
      const waiting = await writer.waiting(10)
      expect(waiting.map((one) => Array.from(one.payload))).toEqual([[...payload]])
      const [rejected] = await readings.rejections('', undefined, 1)
      const kept = rejected?.payload.length ?? 0
      expect(kept).toBeGreaterThan(0)
      expect([...(rejected?.payload ?? [])]).toEqual([...payload.subarray(0, kept)])
    })

    it('wait oldest first, at most `limit`, only those that registering would cure', async () => {
      const { writer } = await open()
      const positions = [1, 2, 3].map((position) => rejection({ position }))
      await writer.write(batch(1, { rejections: [...positions, rejection({ position: 4, replayable: false })] }))
      expect((await writer.waiting(10)).map(({ position }) => position)).toEqual([1, 2, 3])
      expect((await writer.waiting(2)).map(({ position }) => position)).toEqual([1, 2])
    })

    it('are handed out page by page, across those that do not wait any more', async () => {
      const { writer } = await open()
      const rejections = [1, 2, 3, 4, 5].map((position) => rejection({ position, replayable: position !== 2 }))
      await writer.write(batch(1, { rejections }))
      const [first, second, ...none] = await writer.waiting(2)
      expect([first?.position, second?.position, none]).toEqual([1, 3, []])
      await writer.write(batch(2, { replayed: [second?.id ?? 0] }))
      const rest = await writer.waiting(2, second?.id)
      expect(rest.map(({ position }) => position)).toEqual([4, 5])
      expect(await writer.waiting(2, rest.at(-1)?.id)).toEqual([])
      expect((await writer.waiting(2, 0)).map(({ position }) => position)).toEqual([1, 4])
    })
  })

  describe('a replay', () => {
    it('moves values from pending to what became of them, in the hour of receipt, without receiving them again', async () => {
      const { writer, readings, first, second } = await withWaiting()
      const accepted = [group([reading(1, T0, 1), reading(1, T0 + 1, 1)], { receivedAt: first.receivedAt })]
      const replay = batch(20, { receivedAt: T0 + 9 * HOUR_MS, accepted, refusals: [refusal()], replayed: [first.id] })
      expect(await writer.write(replay)).toEqual({ stored: 1, repeated: 1, conflicting: 0 })
      expect(await everything(readings)).toEqual([
        line({ place: 'park/site', received: 3, pending: 3 }),
        line({ received: 4, stored: 2, repeated: 1, refused: 1 }),
      ])
      expect((await writer.waiting(10)).map(({ id }) => id)).toEqual([second.id])
      const states = (await readings.rejections('', undefined, 10)).map(({ state }) => state)
      expect(states).toEqual(['waiting', 'replayed'])
    })

    it('may end where the journal was read to already, and is then applied once', async () => {
      const { writer, readings, first } = await withWaiting()
      const accepted = [group([reading(2, T0, 1)])]
      const replay = batch(10, { accepted, replayed: [first.id] })
      expect(await writer.write(replay)).toEqual({ stored: 1, repeated: 0, conflicting: 0 })
      const after = await everything(readings)
      expect(await writer.write(replay)).toEqual({ stored: 0, repeated: 0, conflicting: 0 })
      expect(await everything(readings)).toEqual(after)
    })

    it('of what does not wait rejects, and writes nothing', async () => {
      const { writer, readings, first, second } = await withWaiting()
      await writer.write(batch(20, { replayed: [first.id], givenUp: [] }))
      const before = await everything(readings)
      for (const ids of [{ replayed: [first.id, second.id] }, { replayed: [second.id], givenUp: [12_345] }]) {
        for (const upTo of [20, 30]) {
          const write = writer.write(batch(upTo, { ...ids, accepted: [group([reading(7, T0, 1)])] }))
          await expect(write).rejects.toMatchObject({ code: 'STORE_NOT_WAITING' })
        }
      }
      expect(await writer.position()).toBe(20)
      expect(await everything(readings)).toEqual(before)
      expect(await readings.readings(7, ALL, 1)).toEqual([])
      // What was counted for the failed ones is not counted with the next.
      await writer.write(batch(40, { accepted: [group([reading(8, T0, 1)])] }))
      expect(await readings.ledger(PLACE, ALL)).toEqual([line({ received: 2, stored: 2 })])
    })

    it('that is given up becomes rejected', async () => {
      const { writer, readings, first, second } = await withWaiting()
      await writer.write(batch(20, { givenUp: [first.id] }))
      expect(await readings.ledger('park/site', ALL)).toEqual([
        line({ place: 'park/site', received: 6, rejected: 3, pending: 3 }),
        line({ received: 1, stored: 1 }),
      ])
      expect((await writer.waiting(10)).map(({ id }) => id)).toEqual([second.id])
      expect((await readings.rejections('', undefined, 10)).at(-1)?.state).toBe('rejected')
    })

    it('may find another reason: the values stay received once', async () => {
      const { writer, readings, first } = await withWaiting()
      await writer.write(batch(20, { replayed: [first.id], rejections: [rejection({ replayable: false })] }))
      expect((await readings.ledger('park/site', ALL))[0]).toEqual(
        line({ place: 'park/site', received: 6, rejected: 3, pending: 3 }),
      )
    })
  })

  describe('refusals', () => {
    it('are kept as they came, newest first, by place and page', async () => {
      const { writer, readings } = await open()
      const [one, two] = [refusal(), refusal({ place: 'park/other/m', check: 'future' })]
      await writer.write(batch(1, { refusals: [one, two] }))
      await writer.write(batchOf(2, reading(1, T0, 1)))
      const [newest, oldest] = await readings.refusals('', undefined, 10)
      expect(newest).toEqual({ ...two, id: expect.any(Number) })
      expect(oldest).toEqual({ ...one, id: expect.any(Number) })
      expect(await readings.refusals('park/site', undefined, 10)).toEqual([oldest])
      expect(await readings.refusals('', newest?.id, 10)).toEqual([oldest])
      expect(await readings.refusals('', undefined, 1)).toEqual([newest])
    })
  })
}
