// The reading side of readings.db, as aggregation and the api see it.

import type { Reading, RegisterId } from '@parkpulse/metering'
import type { Feed, FeedPage, LedgerLine, LedgerQuery, ReadingsBulk, ReadingsQuery, ReadingSpan } from '../ports.ts'
import { openThread, type Thread } from '../thread/thread.ts'
import { FEED_WIDTH } from './feed-block.ts'
import { checkLimit } from './limit.ts'
import { mapRows } from './numbers.ts'
import type { PackedPage } from './read-feed.ts'
import { LEDGER_WIDTH, type PackedLedger } from './read-ledger.ts'
import { CONFLICT_WIDTH, ROW_WIDTH, SPAN_WIDTH } from './read-readings.ts'
import type { ReadingsCalls } from './readings-worker.ts'

/** Readings in one answer: eleven days of one a second, some 100 MB as objects. */
export const READINGS_PAGE_MAX = 1_000_000
/** Readings in one page of the feed: half a second at full speed. More may be asked for; `next` tells where to go on. */
export const FEED_PAGE_MAX = 100_000
/** Rejections or refusals in one page: payloads come with them. */
export const QUARANTINE_PAGE_MAX = 10_000

/** The reading side. */
export type Readings = ReadingsQuery & ReadingsBulk & Feed & LedgerQuery & { close(): Promise<void> }

const readingsOf = (registerId: RegisterId, rows: Float64Array): readonly Reading[] =>
  mapRows(rows, ROW_WIDTH, (i) => ({
    registerId,
    at: rows[i] as number,
    value: rows[i + 1] as number,
    position: rows[i + 2] as number,
  }))

const pageOf = ({ kind, next, readings: rows }: PackedPage): FeedPage => {
  if (kind === 'gap') return { kind, next }
  const readings = mapRows(rows, FEED_WIDTH, (i) => ({
    registerId: rows[i] as number,
    at: rows[i + 1] as number,
    value: rows[i + 2] as number,
    position: rows[i + 3] as number,
    receivedAt: rows[i + 4] as number,
  }))
  return { kind, next, readings }
}

const ledgerOf = ({ places, lines }: PackedLedger): readonly LedgerLine[] =>
  mapRows(lines, LEDGER_WIDTH, (i) => ({
    place: places[lines[i] as number] as string,
    hour: lines[i + 1] as number,
    received: lines[i + 2] as number,
    stored: lines[i + 3] as number,
    repeated: lines[i + 4] as number,
    conflicting: lines[i + 5] as number,
    rejected: lines[i + 6] as number,
    refused: lines[i + 7] as number,
    pending: lines[i + 8] as number,
  }))

const packSpans = (spans: readonly ReadingSpan[]): Float64Array<ArrayBuffer> => {
  const packed = new Float64Array(spans.length * SPAN_WIDTH)
  for (const [k, { registerId, from, until, beyond }] of spans.entries())
    packed.set([registerId, from, until, beyond], k * SPAN_WIDTH)
  return packed
}

const askReadings = (thread: Thread<ReadingsCalls>): ReadingsQuery & ReadingsBulk => ({
  readings: async (id, period, limit) =>
    readingsOf(id, await thread.call('readings', id, period, checkLimit(limit, READINGS_PAGE_MAX))),
  neighbours: async (id, at) => {
    const found = await thread.call('neighbours', id, at)
    const [before] = readingsOf(id, found.before)
    const [after] = readingsOf(id, found.after)
    return { ...(before && { before }), ...(after && { after }) }
  },
  latest: async () => {
    const rows = await thread.call('latest')
    return mapRows(rows, 4, (i) => ({
      registerId: rows[i] as number,
      at: rows[i + 1] as number,
      value: rows[i + 2] as number,
      receivedAt: rows[i + 3] as number,
    }))
  },
  conflicts: async (id, period, limit) => {
    const rows = await thread.call('conflicts', id, period, checkLimit(limit, READINGS_PAGE_MAX))
    return mapRows(rows, CONFLICT_WIDTH, (i) => ({
      registerId: rows[i] as number,
      at: rows[i + 1] as number,
      valueBefore: rows[i + 2] as number,
      positionBefore: rows[i + 3] as number,
      value: rows[i + 4] as number,
      position: rows[i + 5] as number,
    }))
  },
  spans: (spans) => thread.call('spans', packSpans(spans)),
  hoursWithReadings: async (after, limit) => {
    const { registerId, hour } = after ?? { registerId: -1, hour: 0 }
    const rows = await thread.call('hoursWithReadings', registerId, hour, checkLimit(limit, READINGS_PAGE_MAX))
    return mapRows(rows, 2, (i) => ({ registerId: rows[i] as number, hour: rows[i + 1] as number }))
  },
})

const askFeed = (thread: Thread<ReadingsCalls>): Feed => ({
  since: async (after, limit) =>
    pageOf(await thread.call('since', after, Math.min(checkLimit(limit, Infinity), FEED_PAGE_MAX))),
  head: () => thread.call('head'),
})

const askLedger = (thread: Thread<ReadingsCalls>): LedgerQuery => ({
  ledger: async (place, period) => ledgerOf(await thread.call('ledger', place, period)),
  rejections: async (place, before, limit) =>
    thread.call('rejections', place, before, checkLimit(limit, QUARANTINE_PAGE_MAX)),
  refusals: async (place, before, limit) =>
    thread.call('refusals', place, before, checkLimit(limit, QUARANTINE_PAGE_MAX)),
})

/**
 * Opens the reading side of `folder` in a thread of its own; any number of processes may. Creates an empty store when no writer has run yet.
 * Answers see all that was written before the question. Rejects with `STORE_SCHEMA_NEWER` for a later release's file.
 */
export const openReadings = async ({ folder }: { folder: string }): Promise<Readings> => {
  const thread = await openThread<ReadingsCalls>(new URL('readings-worker.ts', import.meta.url), folder)
  return { ...askReadings(thread), ...askFeed(thread), ...askLedger(thread), close: () => thread.close() }
}
