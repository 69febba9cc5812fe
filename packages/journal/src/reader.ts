// The journal as its readers see it, in whatever process: page by page from any position, through segments of both forms, to the live end.
import type { Committed } from './committed-file.ts'
import { openCommittedWatch } from './committed-watch.ts'
import { entryOf } from './entry.ts'
import type { Entry, Position } from './message.ts'
import { recordAt } from './record.ts'
import { createSegmentWalk } from './segment-walk.ts'
import { ALIGNMENT } from './sheet.ts'
import { createTexts } from './texts.ts'
import type { ReadText } from './texts.ts'
import { settle } from './walk.ts'
import type { Damage, Walk } from './walk.ts'

export type ReaderOptions = {
  /** Need not exist yet. */
  readonly folder: string
  /** 0, or a `position` or `next` of an entry. */
  readonly from: Position
  /** Ends a waiting read with an empty page. */
  readonly signal?: AbortSignal
  /** How often to look for news if no watch tells of any, default 250 ms, or 20 ms where there is no watch. */
  readonly pollMs?: number
}

/** What lies one after the other from the reader's position on. `next` is where the next page begins: keep it, to go on from there. */
export type ReadPage = {
  readonly entries: readonly Entry[]
  /** Stretches that were passed over, in order; each lies between two of the entries, or before or after all. */
  readonly damaged: readonly Damage[]
  readonly next: Position
}

/** `entries` ≥ 1; `bytes` of records, ≥ 1: the entry that reaches it is still on the page. */
export type ReadLimit = { readonly entries: number; readonly bytes: number }

export type JournalReader = {
  /**
   * The next page; waits up to `waitMs` for the first news, and gives an empty page if there are none. One call at a time.
   * Payloads are views of the page's memory (up to 1.2 MiB): copy what is kept for long.
   * @throws if the disk fails, or if a living writer goes on at a place before the reader's position (the journal was replaced)
   */
  read(limit: ReadLimit, waitMs: number): Promise<ReadPage>
  close(): Promise<void>
}

/** Opens a reader; resolves at once, also when there is no journal yet. @throws RangeError if `from` cannot be a position */
export async function openReader({ folder, from, signal, pollMs }: ReaderOptions): Promise<JournalReader> {
  if (!Number.isSafeInteger(from) || from < 0 || from % ALIGNMENT !== 0)
    throw new RangeError(`journal: not a position: ${from}`)
  const news = openCommittedWatch(folder, pollMs)
  const segments = createSegmentWalk(folder)
  const readText = createTexts()
  let position = from
  let isClosed = false
  const stop = (): void => news.ring()
  signal?.addEventListener('abort', stop)

  async function read(limit: ReadLimit, waitMs: number): Promise<ReadPage> {
    const page: Page = { entries: [], damaged: [], bytes: 0 }
    const seen = await news.beyond(position, waitMs, () => isClosed || signal?.aborted === true)
    if (seen !== undefined) await take(page, seen, limit)
    return { entries: page.entries, damaged: page.damaged, next: position }
  }

  async function take(page: Page, seen: Committed, limit: ReadLimit): Promise<void> {
    while (position < seen.committed && hasRoom(page, limit)) {
      const found = await segments.at(position, seen)
      if (found.kind === 'damage') page.damaged.push(found.damage)
      else await fill(page, found.walk, { limit, readText })
      position = found.kind === 'damage' ? found.damage.position + found.damage.length : found.walk.position
    }
  }

  const close = async (): Promise<void> => {
    isClosed = true
    signal?.removeEventListener('abort', stop)
    await news.close()
    await segments.close()
  }
  return { read, close }
}

type Page = { entries: Entry[]; damaged: Damage[]; bytes: number }

const hasRoom = (page: Page, limit: ReadLimit): boolean =>
  page.entries.length < limit.entries && page.bytes < limit.bytes

/** Puts on the page what lies on the sheet at hand, then has the walk fetch the next sheet or find its way out of damage. */
async function fill(page: Page, walk: Walk, how: { limit: ReadLimit; readText: ReadText }): Promise<void> {
  takeSheet(page, walk, how)
  if (walk.position === walk.until || !hasRoom(page, how.limit)) return
  const damage = await settle(walk)
  if (damage !== undefined) page.damaged.push(damage)
}

/** The inner loop: everything here runs once per record. */
function takeSheet(page: Page, walk: Walk, { limit, readText }: { limit: ReadLimit; readText: ReadText }): void {
  const { sheet, salt } = walk
  const { entries } = page
  const start = walk.position - sheet.base
  if (start < 0) return
  const last = Math.min(sheet.length, start + limit.bytes - page.bytes)
  let at = start
  while (at < last && entries.length < limit.entries) {
    const length = recordAt(sheet, at, salt)
    if (length <= 0) break
    entries.push(entryOf(sheet, at, readText))
    at += length
  }
  page.bytes += at - start
  walk.position = sheet.base + at
}
