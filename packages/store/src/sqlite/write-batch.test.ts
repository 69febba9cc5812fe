// What bounds and troubles do to a batch: full disk, a full quarantine, a feed that nobody reads.

import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '@parkpulse/metering'
import { batch, batchOf, group, reading, refusal, rejection, T0 } from '../conformance/batches.ts'
import { toNews } from '../store-error.ts'
import { openToWrite } from './database.ts'
import { FIGURES_SCHEMA } from './figures-schema.ts'
import { openBatchWriter } from './opened-batch-writer.ts'
import { LEDGER_WIDTH } from './read-ledger.ts'
import { READINGS_SQL } from './read-readings.ts'

type Store = ReturnType<typeof openBatchWriter>

const ALL = { from: 0, until: T0 * 2 }

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'none'
  } catch (error) {
    return toNews(error).code
  }
}

describe('a full disk', () => {
  // SQLite answers SQLITE_FULL at its own page limit as at the disk's end, and the limit can be lifted again.
  it('writes nothing of the batch, says so, and the same batch is written when there is room', () => {
    const store = openBatchWriter({ waitingBytesMax: 150_000 })
    store.write(batch(1, { accepted: [group([reading(1, T0, 1)])], rejections: [rejection()] }))
    const pages = Number(store.db.prepare('PRAGMA page_count').get()?.['page_count'])
    store.db.exec(`PRAGMA max_page_count = ${pages + 2}`)
    const many = Array.from({ length: 3_000 }, (_, i) => reading((i % 50) + 1, T0 + i, i, i))
    const big = batch(2, {
      accepted: [group(many, { place: 'park/site/new' })],
      refusals: [refusal()],
      rejections: [rejection({ place: 'park/new', payload: new Uint8Array(100_000) })],
    })
    // From the first new page to the last: every part of a batch is the one that finds the disk full.
    const outcomes: string[] = []
    for (let room = 2; outcomes.at(-1) !== 'none'; room += 1) {
      store.db.exec(`PRAGMA max_page_count = ${pages + room}`)
      outcomes.push(codeOf(() => expect(store.write(big)).toEqual({ stored: 2_999, repeated: 0, conflicting: 1 })))
      if (outcomes.at(-1) === 'none') break
      expect(store.position()).toBe(1)
      expect(store.readings.latest()).toHaveLength(4)
      expect(store.ledger('', ALL).places).toEqual(['park/site', 'park/site/meter'])
    }
    expect(outcomes.length).toBeGreaterThan(20)
    expect(new Set(outcomes)).toEqual(new Set(['SQLITE_FULL', 'none']))
    const { lines } = store.ledger('park/site/new', ALL)
    expect([...lines.subarray(2, 6)]).toEqual([3_000, 2_999, 0, 1])
    expect(store.ledger('', ALL).places).toEqual(['park/new', 'park/site', 'park/site/meter', 'park/site/new'])
    expect(store.readings.hoursWithReadings(0, 0, 100)).toHaveLength(100)
    expect(store.waiting(10)).toHaveLength(2)
    expect(store.feed.head()).toBe(3_001)
  })
})

const pendingAndRejected = (store: Store) => {
  const { lines } = store.ledger('', ALL)
  expect(lines).toHaveLength(LEDGER_WIDTH)
  return { received: lines[2], rejected: lines[6], pending: lines[8] }
}
const one = (position: number, replayable: boolean, bytes = 2) =>
  rejection({ position, replayable, values: 1, payload: new Uint8Array(bytes) })
const kept = (store: Store) =>
  store.quarantine.rejections('', undefined, 100).map(({ position, state }) => `${position} ${state}`)

describe('the quarantine', () => {
  it('drops the oldest that do not wait first', () => {
    const store = openBatchWriter({ rejectionsMax: 3 })
    const rejections = [one(1, true), one(2, false), one(3, false), one(4, true), one(5, false)]
    store.write(batch(1, { rejections }))
    expect(kept(store)).toEqual(['5 rejected', '4 waiting', '1 waiting'])
    expect(pendingAndRejected(store)).toEqual({ received: 5, rejected: 3, pending: 2 })
  })

  it('then gives up the oldest that wait: pending becomes rejected', () => {
    const store = openBatchWriter({ rejectionsMax: 2 })
    for (const n of [1, 2, 3, 4]) store.write(batch(n, { rejections: [one(n, true)] }))
    expect(kept(store)).toEqual(['4 waiting', '3 waiting'])
    expect(pendingAndRejected(store)).toEqual({ received: 4, rejected: 2, pending: 2 })
  })

  it('gives up the oldest when waiting payloads take too much room, and keeps the beginning of theirs', () => {
    const store = openBatchWriter({ waitingBytesMax: 10_000 })
    store.write(batch(1, { rejections: [one(1, true, 5_000), one(2, true, 3_000), one(3, true, 4_000)] }))
    expect(kept(store)).toEqual(['3 waiting', '2 waiting', '1 rejected'])
    expect(store.quarantine.rejections('', undefined, 100).map(({ payload }) => payload.length)).toEqual([
      4_000, 3_000, 1_024,
    ])
    expect(pendingAndRejected(store)).toEqual({ received: 3, rejected: 1, pending: 2 })
  })

  it('keeps the newest refusals, and texts of a bearable length', () => {
    const store = openBatchWriter({ refusalsMax: 3 })
    const refusals = Array.from({ length: 7 }, (_, position) => refusal({ position, detail: 'x'.repeat(70_000) }))
    store.write(batch(1, { refusals }))
    const found = store.quarantine.refusals('', undefined, 10)
    expect(found.map(({ position }) => position)).toEqual([6, 5, 4])
    expect(found[0]?.detail.length).toBeLessThan(2_000)
  })
})

const fill = (store: Store, batches: number, msApart: number) => {
  for (let n = 1; n <= batches; n += 1)
    store.write({ ...batchOf(n, reading(1, T0 + n, n)), receivedAt: T0 + n * msApart })
}
const consume = (folder: string, feedUpTo: number) => {
  const figures = openToWrite(folder, FIGURES_SCHEMA)
  figures.prepare('UPDATE progress SET feedUpTo = ?').run(feedUpTo)
  figures.close()
}

describe('the feed', () => {
  it('keeps what aggregation has not consumed, however old', () => {
    const store = openBatchWriter({ keepMs: 10, everyBatches: 2 })
    fill(store, 20, HOUR_MS)
    expect(store.feed.since(0, 100)).toMatchObject({ kind: 'page', next: 20 })
  })

  it('drops what was consumed and is old; who asks for it is told of the gap and where to go on', () => {
    const store = openBatchWriter({ keepMs: 5, everyBatches: 1 })
    consume(store.folder, 12)
    fill(store, 20, 1)
    expect(store.feed.since(11, 100)).toMatchObject({ kind: 'gap', next: 20 })
    expect(store.feed.since(12, 100)).toMatchObject({ kind: 'page', next: 20 })
  })

  it('keeps what was consumed while it is young', () => {
    const store = openBatchWriter({ keepMs: 5, everyBatches: 1 })
    consume(store.folder, 20)
    fill(store, 20, 1)
    expect(store.feed.since(13, 100).kind).toBe('gap')
    expect(store.feed.since(14, 100)).toMatchObject({ kind: 'page', next: 20 })
  })

  it('drops even what nobody consumed beyond its bound', () => {
    const store = openBatchWriter({ bytesMax: 400, everyBatches: 1 })
    fill(store, 30, 1)
    expect(store.feed.since(19, 100).kind).toBe('gap')
    expect(store.feed.since(20, 100)).toMatchObject({ kind: 'page', next: 30 })
    expect(store.feed.head()).toBe(30)
  })
})

it.each(Object.entries(READINGS_SQL))('question %s walks its key: nothing is scanned whole or sorted', (name, sql) => {
  const { read } = openBatchWriter()
  const plan = read
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((row) => String(row['detail']))
  expect(plan.join('\n')).not.toMatch(name === 'latest' ? /TEMP B-TREE/ : /SCAN|TEMP B-TREE/)
})
