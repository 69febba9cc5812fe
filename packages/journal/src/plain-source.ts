// Reads a plain segment file by large reads; what the disk does not give comes as zeros, so that it shows as damage.
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { Position } from './message.ts'
import { RECORD_BYTES_MAX } from './record.ts'
import { codeOf } from './refusal.ts'
import { readHeader, SEGMENT_HEADER_BYTES, segmentPath } from './segment-file.ts'
import type { SegmentHeader } from './segment-file.ts'
import { alignUp, createSheet } from './sheet.ts'
import type { Source } from './walk.ts'

/** One read: large enough for the largest record, and beyond 1 MiB the disk gets no faster. */
const READ_BYTES = alignUp(RECORD_BYTES_MAX)
/** When a read fails (EIO), this much is given up at a time: a page, the least that a disk loses. */
const UNREADABLE_BYTES = 4096

export type OpenSegment = { readonly source: Source; readonly header: SegmentHeader | undefined }

/** Opens the plain file of the segment at `base`. @throws ENOENT if it is not there (any more) */
export async function openPlain(folder: string, base: Position): Promise<OpenSegment> {
  const file = await open(segmentPath(folder, base, 'plain'), 'r')
  const header = await readHeader(file, 'plain').catch(async (error: unknown) => {
    await file.close()
    throw error
  })
  return {
    source: { load: (position, until) => load(file, base, { position, until }), close: () => file.close() },
    header,
  }
}

async function load(file: FileHandle, base: Position, want: { position: Position; until: Position }) {
  const sheet = createSheet(Math.min(want.until - want.position, READ_BYTES), want.position)
  const capacity = sheet.bytes.length
  const at = SEGMENT_HEADER_BYTES + want.position - base
  try {
    const got = await readWhole(file, sheet.bytes, at)
    sheet.bytes.fill(0, got)
    sheet.length = capacity
  } catch (error) {
    if (codeOf(error) !== 'EIO') throw error
    sheet.length = Math.min(capacity, UNREADABLE_BYTES)
    const page = sheet.bytes.subarray(0, sheet.length)
    await readWhole(file, page, at).catch(() => page.fill(0))
  }
  return sheet
}

/** Fills the buffer from byte `at` of the file as far as the file goes; the bytes read. */
export async function readWhole(file: FileHandle, into: Buffer, at: number): Promise<number> {
  let got = 0
  while (got < into.length) {
    const { bytesRead } = await file.read(into, got, into.length - got, at + got)
    if (bytesRead === 0) break
    got += bytesRead
  }
  return got
}
