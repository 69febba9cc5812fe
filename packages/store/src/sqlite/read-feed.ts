// Reads pages of the feed.

import type { DatabaseSync } from 'node:sqlite'
import { inSnapshot } from './database.ts'
import { decodeFeed, FEED_WIDTH } from './feed-block.ts'

export type PackedPage = {
  readonly kind: 'page' | 'gap'
  readonly next: number
  readonly readings: Float64Array<ArrayBuffer>
}

type Block = { first: number; last: number; runs: number; readings: Uint8Array }

export type FeedReader = { since(after: number, limit: number): PackedPage; head(): number }

/** The part of a block that lies in `(after, upTo]`, decoded behind what `into` holds already. */
const copyPart = (block: Block, range: { after: number; upTo: number }, into: Float64Array): void => {
  const from = Math.max(range.after + 1, block.first)
  const until = Math.min(range.upTo, block.last) + 1
  const { runs, readings: bytes } = block
  decodeFeed(
    { count: block.last - block.first + 1, runs, bytes },
    { from: from - block.first, until: until - block.first },
    { into, at: (from - range.after - 1) * FEED_WIDTH },
  )
}

export const prepareFeedReader = (db: DatabaseSync): FeedReader => {
  const progress = db.prepare('SELECT feedHead FROM progress')
  const oldest = db.prepare('SELECT first FROM feed ORDER BY last LIMIT 1')
  const blocks = db.prepare('SELECT first, last, runs, readings FROM feed WHERE last > ? AND first <= ? ORDER BY last')
  const head = (): number => Number(progress.get()?.['feedHead'])
  const page = (after: number, limit: number): PackedPage => {
    const newest = head()
    if (after === newest) return { kind: 'page', next: newest, readings: new Float64Array() }
    const first = Number(oldest.get()?.['first'] ?? newest + 1)
    // Ahead of the feed: figures.db is younger than this file, which came from a backup.
    if (after > newest || after + 1 < first) return { kind: 'gap', next: newest, readings: new Float64Array() }
    const upTo = Math.min(newest, after + limit)
    const readings = new Float64Array((upTo - after) * FEED_WIDTH)
    for (const block of blocks.iterate(after, upTo)) copyPart(block as Block, { after, upTo }, readings)
    return { kind: 'page', next: upTo, readings }
  }
  return { head, since: (after, limit) => inSnapshot(db, () => page(after, limit)) }
}
