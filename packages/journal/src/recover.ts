// Opening for writing: finds the true end of the journal after whatever happened, cuts a torn tail, and makes the rest durable.
import { randomInt } from 'node:crypto'
import { rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { lookCommitted } from './committed-file.ts'
import type { Committed } from './committed-file.ts'
import { openCompressed } from './compressed-source.ts'
import { TEMPORARY_ENDING } from './disk.ts'
import type { Disk, DiskFile } from './disk.ts'
import type { Position } from './message.ts'
import { openPlain } from './plain-source.ts'
import { headerBytes, listSegments, namesIn, SEGMENT_HEADER_BYTES, segmentPath } from './segment-file.ts'
import type { Segment } from './segment-file.ts'
import { segmentSalt } from './segment-salt.ts'
import { ALIGNMENT } from './sheet.ts'
import { createWalk, recordHere, settle } from './walk.ts'
import type { Source } from './walk.ts'

/** The end of the journal, ready to be written on. */
export type Tail = Committed & { readonly file: DiskFile; readonly createdAt: number }
export type Place = { readonly folder: string; readonly disk: Disk; readonly now: () => number }

/** @throws if a segment is of an unknown format, if no salt can be found, or if the disk fails */
export async function recover(place: Place): Promise<Tail> {
  const { folder } = place
  for (const name of await namesIn(folder))
    if (name.endsWith(TEMPORARY_ENDING)) await rm(path.join(folder, name), { force: true })
  const before = await lookCommitted(folder)
  const segments = await listSegments(folder)
  const salt = (await segmentSalt(folder, segments)) ?? before?.salt ?? newSalt(segments)
  const known = { salt, generation: (before?.generation ?? 0) + 1, committed: before?.committed ?? 0 }
  const last = segments.at(-1)
  if (last?.plain === true) return recoverPlain(place, last, known)
  const end = last === undefined ? 0 : await compressedEnd(folder, last)
  return beginSegment(place, { ...known, committed: Math.max(known.committed, end) })
}

type Known = Omit<Committed, 'active'>

/** Makes a new, empty segment at the committed position the active one. */
export async function beginSegment({ folder, disk, now }: Place, known: Known): Promise<Tail> {
  const { salt, generation, committed } = known
  const createdAt = now()
  const first = headerBytes('plain', { salt, base: committed, createdAt })
  const file = await disk.create(segmentPath(folder, committed, 'plain'), first)
  return { salt, generation, committed, active: committed, file, createdAt }
}

/**
 * Only what no record follows is a torn tail. Bytes that do not read but have records behind them, or that were committed, keep their
 * positions, and readers report them as damage.
 */
async function recoverPlain(place: Place, last: Segment, known: Known): Promise<Tail> {
  const { folder, disk, now } = place
  const { base } = last
  const { size } = await stat(segmentPath(folder, base, 'plain'))
  const { source, header } = await openPlain(folder, base)
  const until = base + Math.max(0, Math.floor((size - SEGMENT_HEADER_BYTES) / ALIGNMENT) * ALIGNMENT)
  const found = await endOfRecords({ position: base, until, salt: known.salt, source })
  await source.close()
  const committed = Math.max(found, known.committed)
  const file = await disk.open(segmentPath(folder, base, 'plain'))
  if (header === undefined) await file.write(headerBytes('plain', { salt: known.salt, base, createdAt: now() }), 0)
  // Longer as well as shorter: a file that has lost committed bytes gets zeros there, so that no position is used twice.
  await file.truncate(SEGMENT_HEADER_BYTES + committed - base)
  await file.datasync()
  return { ...known, committed, active: base, file, createdAt: header?.createdAt ?? now() }
}

/** Where the last whole record of this stretch ends; its start if there is none. */
export async function endOfRecords(stretch: {
  position: Position
  until: Position
  salt: number
  source: Source
}): Promise<Position> {
  const walk = createWalk(stretch)
  let end = walk.position
  while (walk.position < walk.until) {
    const length = recordHere(walk)
    if (length === 0) await settle(walk)
    else end = walk.position += length
  }
  return end
}

async function compressedEnd(folder: string, { base }: Segment): Promise<Position> {
  const { index, source } = await openCompressed(folder, base)
  await source.close()
  return Math.max(base, index.end)
}

function newSalt(segments: readonly Segment[]): number {
  if (segments.length > 0)
    throw new Error('journal: there are segments, but neither their headers nor `committed` can be read')
  return randomInt(-0x8000_0000, 0x8000_0000)
}
