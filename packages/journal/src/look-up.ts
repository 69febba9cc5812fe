// Single questions to a journal, from any process: the entry at a position, and how far the journal reaches.
import { existsSync } from 'node:fs'
import { committedPath, lookCommitted } from './committed-file.ts'
import { entryOf } from './entry.ts'
import type { Entry, Position } from './message.ts'
import { whyNone } from './record.ts'
import { listSegments } from './segment-file.ts'
import { createSegmentWalk } from './segment-walk.ts'
import { ALIGNMENT } from './sheet.ts'
import { recordHere } from './walk.ts'

export type EntryLookUp =
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'damaged' | 'gone'; readonly detail: string }

/** The entry that begins at `position`. gone: deleted by retention, or not committed (yet). damaged: no readable record begins there. */
export async function readEntryAt(folder: string, position: Position): Promise<EntryLookUp> {
  const seen = await lookCommitted(folder)
  if (seen === undefined)
    return { kind: 'gone', detail: 'there is no journal here, or nobody knows how far it reaches' }
  if (!Number.isSafeInteger(position) || position < 0 || position % ALIGNMENT !== 0)
    return { kind: 'damaged', detail: `${position} is not a position` }
  if (position >= seen.committed) return { kind: 'gone', detail: `the journal ends at ${seen.committed}` }
  const segments = createSegmentWalk(folder)
  try {
    const found = await segments.at(position, seen)
    if (found.kind === 'damage') return { kind: 'gone', detail: 'deleted: older than the journal is kept' }
    const { walk } = found
    walk.sheet = await walk.source.load(position, walk.until)
    const at = position - walk.sheet.base
    if (recordHere(walk) === 0) return { kind: 'damaged', detail: whyNone(walk.sheet, at, walk.salt) }
    return { kind: 'entry', entry: entryOf(walk.sheet, at, decodeText) }
  } finally {
    await segments.close()
  }
}

export type JournalExtent = {
  /** The first position that is still kept. */
  readonly first: Position
  /** The end of what is committed; undefined while nobody knows: the file `committed` is damaged or lost, until a writer opens. */
  readonly committed: Position | undefined
}

/** How far the journal reaches; both 0 if there is none. After a power cut `committed` may be too small, until a writer opens. */
export async function journalExtent(folder: string): Promise<JournalExtent> {
  const committed = (await lookCommitted(folder))?.committed
  const first = (await listSegments(folder))[0]?.base
  if (committed !== undefined) return { first: Math.min(first ?? 0, committed), committed }
  const isNone = first === undefined && !existsSync(committedPath(folder))
  return { first: first ?? 0, committed: isNone ? 0 : undefined }
}

const decodeText = (bytes: Buffer, from: number, length: number): string => bytes.toString('utf8', from, from + length)
