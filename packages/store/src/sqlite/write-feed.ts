// Appends to the feed and trims it: what aggregation has taken into account and nobody live would still ask for.

import { existsSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { FeedBlock } from './feed-block.ts'

export type FeedLimits = {
  /** Live readers ask for the last moments; five minutes let one that was restarted go on where it was. */
  readonly keepMs: number
  /** Beyond this even what nobody has consumed goes, and the consumer starts over from what is stored: 20 hours of 84 000 meters once a minute. */
  readonly bytesMax: number
  /** Batches between two looks at how far aggregation is: about every few seconds. */
  readonly everyBatches: number
  /** Rows (batches) dropped at once, so that no write takes long. */
  readonly rowsAtOnce: number
}

export const FEED_LIMITS: FeedLimits = {
  keepMs: 5 * 60_000,
  bytesMax: 2 * 1024 ** 3,
  everyBatches: 64,
  rowsAtOnce: 256,
}

export type FeedWriter = {
  /** Appends a block of the batch received at `receivedAt`, after `head`; the new head. Trims now and then. */
  append(block: FeedBlock, head: number, receivedAt: number): number
  forget(): void
}

/** How far aggregation is, by its own file; 0 when there is none. */
const consumedUpTo = (folder: string): number => {
  const file = path.join(folder, 'figures.db')
  if (!existsSync(file)) return 0
  const figures = new DatabaseSync(file, { readOnly: true, timeout: 100 })
  try {
    return Number(figures.prepare('SELECT feedUpTo FROM progress').get()?.['feedUpTo'] ?? 0)
  } catch {
    // No schema yet, or locked for its migration: nothing is consumed as far as we know; the next look will tell.
    return 0
  } finally {
    figures.close()
  }
}

export const prepareFeed = (db: DatabaseSync, folder: string, limits: FeedLimits = FEED_LIMITS): FeedWriter => {
  const insert = db.prepare('INSERT INTO feed(last, first, runs, receivedAt, readings) VALUES (?, ?, ?, ?, ?)')
  const oldest = db.prepare('SELECT last, receivedAt, length(readings) AS bytes FROM feed ORDER BY last LIMIT ?')
  const drop = db.prepare('DELETE FROM feed WHERE last <= ?')
  const size = db.prepare('SELECT coalesce(sum(length(readings)), 0) AS bytes FROM feed')
  let bytes: number | undefined
  let batches = 0

  const trim = (now: number): void => {
    const consumed = consumedUpTo(folder)
    let upTo = 0
    let left = (bytes ??= Number(size.get()?.['bytes']))
    for (const row of oldest.all(limits.rowsAtOnce)) {
      const last = Number(row['last'])
      const unwanted = last <= consumed && Number(row['receivedAt']) < now - limits.keepMs
      if (!unwanted && left <= limits.bytesMax) break
      upTo = last
      left -= Number(row['bytes'])
    }
    if (upTo > 0) drop.run(upTo)
    bytes = left
  }

  return {
    append: (block, head, receivedAt) => {
      const next = head + block.count
      bytes ??= Number(size.get()?.['bytes'])
      if (block.count > 0) insert.run(next, head + 1, block.runs, receivedAt, block.bytes)
      bytes += block.bytes.byteLength
      batches += 1
      if (batches % limits.everyBatches === 0 || bytes > limits.bytesMax) trim(receivedAt)
      return next
    },
    forget: () => {
      bytes = undefined
    },
  }
}
