// Compresses one sealed segment and puts the result in place of the plain file; a crash at any point leaves one readable form or both.
import { open, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import { openCompressed } from './compressed-source.ts'
import { crc32c } from './crc32c.ts'
import { syncFolder, writeDurably } from './disk.ts'
import { BLOCK_BYTES, footerBytes, frameHeaderBytes } from './frame.ts'
import type { Frame } from './frame.ts'
import type { Position } from './message.ts'
import { openPlain, readWhole } from './plain-source.ts'
import type { OpenSegment } from './plain-source.ts'
import { RECORD_BYTES_MAX } from './record.ts'
import { headerBytes, SEGMENT_HEADER_BYTES, segmentPath } from './segment-file.ts'
import { alignUp, sheetOf } from './sheet.ts'
import { createWalk, recordHere, settle } from './walk.ts'

const compress = promisify(zstdCompress)
/** What one look-up decompresses, and what one rotten bit may cost. Larger ones save no space on our messages (measured, see README). */
const FRAME_BYTES = 64 * 1024
/** A quarter faster than zstd's default and no worse on our messages (measured, see README). */
const LEVEL = 1
/** The longest stretch of sound records between two cuts; a longer one ends in damage. */
const LONGEST_BYTES = FRAME_BYTES + RECORD_BYTES_MAX

export type Sealed = { readonly folder: string; readonly base: Position; readonly end: Position; readonly salt: number }

/**
 * Resolves when the compressed file is durable and the plain one removed. Reads every frame back before it removes anything.
 * @throws what the disk says (ENOSPC …); the plain file is then untouched. `signal` stops it between two frames.
 */
export async function compressSegment(sealed: Sealed, signal: AbortSignal): Promise<void> {
  const { folder, base } = sealed
  const segment = await openPlain(folder, base)
  const plain = await open(segmentPath(folder, base, 'plain'), 'r')
  try {
    await writeDurably(segmentPath(folder, base, 'compressed'), (file) =>
      writeFrames({ ...sealed, salt: segment.header?.salt ?? sealed.salt }, { file, plain, segment, signal }),
    )
  } finally {
    await plain.close()
    await segment.source.close()
  }
  await assertReadable(sealed)
  await rm(segmentPath(folder, base, 'plain'))
  await syncFolder(folder)
}

type Doors = { file: FileHandle; plain: FileHandle; segment: OpenSegment; signal: AbortSignal }

async function writeFrames(sealed: Sealed, { file, plain, segment, signal }: Doors): Promise<void> {
  const { salt, base, end } = sealed
  const createdAt = segment.header?.createdAt ?? (await plain.stat()).mtimeMs
  await file.write(headerBytes('compressed', { salt, base, createdAt }))
  const headers: Buffer<ArrayBuffer>[] = []
  for await (const cut of cuts(sealed, segment)) {
    signal.throwIfAborted()
    const bytes = Buffer.alloc(cut.until - cut.from)
    await readWhole(plain, bytes, SEGMENT_HEADER_BYTES + cut.from - base)
    const packed = await compress(bytes, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } })
    const { words } = sheetOf(bytes, cut.from)
    const sum = crc32c(words, 0, words.length, -1)
    const frame: Frame = { position: cut.from, bytes: bytes.length, compressedBytes: packed.length, sum }
    const header = frameHeaderBytes(frame)
    headers.push(header)
    await file.writev([header, packed, Buffer.alloc(alignUp(packed.length) - packed.length)])
  }
  const index = sheetOf(Buffer.concat(headers), 0)
  const indexSum = crc32c(index.words, 0, (headers.length * BLOCK_BYTES) / 4, -1)
  await file.writev([index.bytes, footerBytes({ frames: headers.length, indexSum, end })])
}

/** Cuts between records, so that none needs two frames; damaged stretches are kept as they are. */
async function* cuts(sealed: Sealed, { source }: OpenSegment): AsyncGenerator<{ from: Position; until: Position }> {
  const walk = createWalk({ position: sealed.base, until: sealed.end, salt: sealed.salt, source })
  let from = walk.position
  while (walk.position < walk.until) {
    const length = recordHere(walk)
    if (length > 0) walk.position += length
    else await settle(walk)
    // Behind long damage the stretch is longer than a frame: no record begins in it, so any place will do.
    while (walk.position - from > LONGEST_BYTES) {
      yield { from, until: from + FRAME_BYTES }
      from += FRAME_BYTES
    }
    if (walk.position - from < FRAME_BYTES && walk.position < walk.until) continue
    yield { from, until: walk.position }
    from = walk.position
  }
}

async function assertReadable({ folder, base, end }: Sealed): Promise<void> {
  const { source, index } = await openCompressed(folder, base)
  try {
    let position = base
    for (const frame of index.frames) {
      const sheet = await source.load(frame.position, end)
      const isSound = frame.position === position && crc32c(sheet.words, 0, frame.bytes / 4, -1) === frame.sum
      if (!isSound) throw new Error(`journal: compressed segment ${base} does not read back at ${position}`)
      position += frame.bytes
    }
    if (position !== end) throw new Error(`journal: compressed segment ${base} ends at ${position}, not ${end}`)
  } catch (error) {
    await rm(segmentPath(folder, base, 'compressed'), { force: true })
    throw error
  } finally {
    await source.close()
  }
}
