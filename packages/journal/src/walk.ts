// Walks over the records of one segment, one after the other, and finds the way again behind damage.
import type { Position } from './message.ts'
import { NONE, PARTIAL, recordAt, whyNone } from './record.ts'
import { ALIGNMENT, createSheet } from './sheet.ts'
import type { Sheet } from './sheet.ts'

/** Bytes of one segment, wherever they come from. What cannot be had (short file, bad sector, broken frame) comes as zeros. */
export type Source = {
  /** A sheet with the bytes from `position` (or a little before) on, never past `until`; holds at least one whole record if one starts there. */
  load(position: Position, until: Position): Promise<Sheet>
  close(): Promise<void>
}

/** A stretch without a readable record. `expired`: deleted by retention, or never there. */
export type Damage = {
  readonly position: Position
  readonly length: number
  readonly reason: 'not-a-record' | 'bad-length' | 'bad-checksum' | 'expired'
}

/** `position <= until`, where `until` is known to be the end of a record or of the segment. */
export type Walk = { position: Position; until: Position; sheet: Sheet; readonly salt: number; readonly source: Source }

export function createWalk(start: Pick<Walk, 'position' | 'until' | 'salt' | 'source'>): Walk {
  return { ...start, sheet: createSheet(0, start.position) }
}

/** Bytes of the record at the walk's position, if it lies on the sheet at hand; else 0: call `settle`, or the walk is at its end. */
export function recordHere(walk: Walk): number {
  const { sheet, position } = walk
  const at = position - sheet.base
  if (at < 0 || at >= sheet.length) return 0
  return Math.max(0, recordAt(sheet, at, walk.salt))
}

/**
 * Fetches the sheet for the walk's position. If there is no record, goes on to the next one that is whole, or to `until`, and tells what was
 * passed over. A length that lies takes nothing with it: the search goes on 8 bytes further, not behind the stated end.
 */
export async function settle(walk: Walk): Promise<Damage | undefined> {
  const from = walk.position
  await loadHere(walk)
  if (recordHere(walk) > 0) return undefined
  const reason = whyNone(walk.sheet, from - walk.sheet.base, walk.salt)
  do {
    walk.position += ALIGNMENT
  } while (!(await findOnSheet(walk)))
  return { position: from, length: walk.position - from, reason }
}

/** Moves to the next record on this sheet, or to the start of the next sheet. True when the search is over. */
async function findOnSheet(walk: Walk): Promise<boolean> {
  if (walk.position >= walk.until) {
    walk.position = walk.until
    return true
  }
  if (walk.position >= walk.sheet.base + walk.sheet.length) await loadHere(walk)
  const { sheet, salt } = walk
  for (let at = walk.position - sheet.base; at < sheet.length; at += ALIGNMENT) {
    let length = recordAt(sheet, at, salt)
    if (length === NONE) continue
    walk.position = sheet.base + at
    if (length === PARTIAL) {
      await loadHere(walk)
      length = recordHere(walk)
    }
    return length > 0
  }
  walk.position = sheet.base + sheet.length - ALIGNMENT
  return false
}

async function loadHere(walk: Walk): Promise<void> {
  walk.sheet = await walk.source.load(walk.position, walk.until)
}
