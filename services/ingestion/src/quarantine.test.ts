import type { IngestBatch, StoredRejection } from '@parkpulse/store'
import { describe, expect, it } from 'vitest'
import { directoryOf } from './directory.ts'
import { emptySheet } from './outcome-sheet.ts'
import { arrived, lateMeter, practiceSite, quietLog, RECEIVED_AT } from './practice-site.ts'
import { openQuarantine, QUARANTINE_BYTES_MAX, QUARANTINE_MESSAGES_MAX } from './quarantine.ts'
import { takeMessage } from './take-message.ts'

const TOPIC = 'parkpulse/v1/p/s/c/readings'
const early = directoryOf(practiceSite())
const reached = { upTo: 800, receivedAt: RECEIVED_AT }

const rejectionsOf = (count: number, payload: unknown, topic = TOPIC) => {
  const sheet = emptySheet()
  for (let n = 0; n < count; n += 1) takeMessage(arrived(n * 8, topic, payload), early, sheet)
  return sheet.rejections
}

/** What waits, as the store keeps it: an array, and the batches that it was given. */
const practise = (first: IngestBatch['rejections']) => {
  let next = 1
  const stored = (rejections: IngestBatch['rejections']): StoredRejection[] =>
    rejections
      .filter((one) => one.replayable)
      .map((one) => Object.assign({}, one, { id: next++, state: 'waiting' as const }))
  let waiting = stored(first)
  const batches: IngestBatch[] = []
  return {
    batches,
    looks: { count: 0 },
    add: (rejections: IngestBatch['rejections']) => void waiting.push(...stored(rejections)),
    left: () => waiting.length,
    waiting(limit: number, after = 0) {
      this.looks.count += 1
      return Promise.resolve(waiting.filter(({ id }) => id > after).slice(0, limit))
    },
    write: (batch: IngestBatch) => {
      const gone = new Set([...batch.replayed, ...(batch.givenUp ?? [])])
      batches.push(batch)
      waiting = [...waiting.filter(({ id }) => !gone.has(id)), ...stored(batch.rejections)]
      return Promise.resolve({ stored: 0, repeated: 0, conflicting: 0 })
    },
  }
}
const open = (store: ReturnType<typeof practise>) =>
  openQuarantine({ waiting: (limit, after) => store.waiting(limit, after), write: store.write, log: quietLog })

const reading = { at: '2026-11-22T08:00:00+07:00', values: { '1.8.0': 7 } }

describe('the quarantine', () => {
  it('takes messages in again when their meter is registered, once, with their own time and place', async () => {
    const store = practise(rejectionsOf(2, reading))
    const quarantine = await open(store)
    await quarantine.tend(early, reached)
    expect(store.batches).toEqual([])
    const later = directoryOf(practiceSite(lateMeter('with power')))
    await quarantine.tend(later, reached)
    await quarantine.tend(later, reached)
    expect(store.batches).toHaveLength(1)
    expect(store.batches[0]).toMatchObject({ upTo: 800, replayed: [1, 2], rejections: [], refusals: [] })
    expect(store.batches[0]?.accepted).toEqual([
      {
        place: 'p/s/c',
        receivedAt: RECEIVED_AT,
        readings: [{ registerId: 4, at: RECEIVED_AT - 30_000, value: 7000, position: 0 }],
      },
      {
        place: 'p/s/c',
        receivedAt: RECEIVED_AT,
        readings: [{ registerId: 4, at: RECEIVED_AT - 30_000, value: 7000, position: 8 }],
      },
    ])
    expect(quarantine.size).toEqual({ messages: 0, bytes: 0 })
  })

  it('writes the time of receipt of what waited when nothing was read yet', async () => {
    const store = practise(rejectionsOf(1, reading))
    const quarantine = await open(store)
    await quarantine.tend(directoryOf(practiceSite(lateMeter('with power'))), { upTo: 800, receivedAt: 0 })
    expect(store.batches.map(({ receivedAt }) => receivedAt)).toEqual([RECEIVED_AT])
  })

  it('lets what still has no register wait on, under its new reason, and only once', async () => {
    const store = practise(rejectionsOf(1, { values: { '1.8.0': 7, '1.7.0': 5 } }))
    const quarantine = await open(store)
    const later = directoryOf(practiceSite(lateMeter('without power')))
    await quarantine.tend(later, reached)
    await quarantine.tend({ ...later, version: 99 }, reached)
    expect(store.batches).toHaveLength(1)
    expect(store.batches[0]?.accepted).toHaveLength(1)
    expect(store.batches[0]?.rejections).toMatchObject([{ reason: 'unknown-register', values: 1, place: 'p/s/c' }])
    expect(quarantine.size.messages).toBe(1)
    const complete = directoryOf({ ...practiceSite(lateMeter('with power')), version: 100 })
    await quarantine.tend(complete, reached)
    expect(store.batches[1]?.accepted[0]?.readings).toMatchObject([{ registerId: 5, value: 5, at: RECEIVED_AT }])
    expect(quarantine.size.messages).toBe(0)
  })

  it('hands what fails a check to the refusals', async () => {
    const store = practise(rejectionsOf(1, { values: { '1.8.0': -7 } }))
    const quarantine = await open(store)
    await quarantine.tend(directoryOf(practiceSite(lateMeter('with power'))), reached)
    expect(store.batches[0]).toMatchObject({
      replayed: [1],
      accepted: [],
      refusals: [{ check: 'negative', place: 'p/s/c' }],
    })
  })

  it('looks at the store only when something moved', async () => {
    const store = practise([])
    const quarantine = await open(store)
    for (let n = 0; n < 5; n += 1) await quarantine.tend(early, reached)
    expect(store.looks.count).toBe(1)
    const news = rejectionsOf(1, reading)
    store.add(news)
    quarantine.added(
      { upTo: 8, receivedAt: 0, accepted: [], rejections: news, refusals: [], replayed: [] },
      early.version,
    )
    await quarantine.tend(early, reached)
    const { count } = store.looks
    expect(count).toBeGreaterThan(1)
    for (let n = 0; n < 5; n += 1) await quarantine.tend(early, reached)
    expect(store.looks.count).toBe(count)
  })

  it('looks again when a page was resolved before the meter was registered and written after', async () => {
    const store = practise([])
    const quarantine = await open(store)
    const later = directoryOf(practiceSite(lateMeter('with power')))
    await quarantine.tend(later, reached)
    const news = rejectionsOf(1, reading)
    store.add(news)
    quarantine.added(
      { upTo: 8, receivedAt: 0, accepted: [], rejections: news, refusals: [], replayed: [] },
      early.version,
    )
    await quarantine.tend(later, reached)
    expect(store.batches[0]).toMatchObject({ replayed: [1] })
  })

  it.each([
    ['messages', QUARANTINE_MESSAGES_MAX + 1, '{"values":{"1.8.0":7}}', 1_001],
    ['bytes', 140, `{"values":{"1.8.0":7},"pad":"${'x'.repeat(500_000)}"}`, 20],
  ])('gives up the oldest when there are too many %s', async (_, count, payload, goneAtLeast) => {
    const store = practise([])
    const quarantine = await open(store)
    const news = rejectionsOf(count, payload)
    store.add(news)
    quarantine.added(
      { upTo: 8, receivedAt: 0, accepted: [], rejections: news, refusals: [], replayed: [] },
      early.version,
    )
    await quarantine.tend(early, reached)
    const gone = store.batches.flatMap(({ givenUp = [] }) => givenUp)
    expect(gone.length).toBeGreaterThanOrEqual(goneAtLeast)
    expect(gone).toEqual(gone.map((_id, index) => index + 1))
    expect(quarantine.size.messages).toBe(count - gone.length)
    expect(quarantine.size.bytes).toBeLessThan(QUARANTINE_BYTES_MAX)
    const batches = store.batches.length
    await quarantine.tend(early, reached)
    expect(store.batches).toHaveLength(batches)
  })

  it.each([QUARANTINE_MESSAGES_MAX, 15_000])('takes in all of %d that waited at the start', async (count) => {
    const store = practise(rejectionsOf(count, reading))
    const quarantine = await open(store)
    expect(quarantine.size.messages).toBe(count)
    await quarantine.tend(directoryOf(practiceSite(lateMeter('with power'))), reached)
    expect([store.left(), quarantine.size.messages, quarantine.size.bytes]).toEqual([0, 0, 0])
    expect(store.batches.flatMap(({ givenUp = [] }) => givenUp)).toEqual([])
  })

  it('gives up the oldest of more than it may keep at the start, and none whose meter is registered by now', async () => {
    const store = practise([
      ...rejectionsOf(9_000, reading),
      ...rejectionsOf(12_000, reading, 'parkpulse/v1/p/s/x/readings'),
    ])
    const quarantine = await open(store)
    await quarantine.tend(directoryOf(practiceSite(lateMeter('with power'))), reached)
    expect(store.batches.reduce((sum, { accepted }) => sum + accepted.length, 0)).toBe(9_000)
    const gone = store.batches.flatMap(({ givenUp = [] }) => givenUp)
    expect([gone[0], gone.at(-1), gone.length]).toEqual([9_001, 12_000, 3_000])
    expect([store.left(), quarantine.size.messages]).toEqual([9_000, 9_000])
  })

  it('looks again when the store says that something does not wait any more', async () => {
    const store = practise(rejectionsOf(1, reading))
    const refuseOnce = store.write
    let isFirst = true
    store.write = (batch) => {
      if (!isFirst) return refuseOnce(batch)
      isFirst = false
      return Promise.reject(Object.assign(new Error('given up'), { code: 'STORE_NOT_WAITING' }))
    }
    const quarantine = await open(store)
    const later = directoryOf(practiceSite(lateMeter('with power')))
    await quarantine.tend(later, reached)
    await quarantine.tend(later, reached)
    expect(store.batches).toHaveLength(1)
    expect(quarantine.size.messages).toBe(0)
  })
})
