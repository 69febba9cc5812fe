// Where the frames of a compressed segment lie: from its index, or, if that is damaged, from the frames themselves.
import type { FileHandle } from 'node:fs/promises'
import { crc32c } from './crc32c.ts'
import { BLOCK_BYTES, footerOf, frameAt, frameSpan } from './frame.ts'
import type { Frame } from './frame.ts'
import type { Position } from './message.ts'
import { readWhole } from './plain-source.ts'
import { SEGMENT_HEADER_BYTES } from './segment-file.ts'
import { ALIGNMENT, sheetOf } from './sheet.ts'
import type { Sheet } from './sheet.ts'

/** `offset`: where the compressed bytes begin in the file. */
export type PlacedFrame = Frame & { readonly offset: number }
export type FrameIndex = { readonly frames: readonly PlacedFrame[]; readonly end: Position }

/** In order of position. If frames are missing, the index has a hole; `end` is then the end of the last frame that was found. */
export async function readFrameIndex(file: FileHandle): Promise<FrameIndex> {
  return (await fromIndex(file)) ?? fromFrames(file)
}

async function fromIndex(file: FileHandle): Promise<FrameIndex | undefined> {
  const { size } = await file.stat()
  if (size < SEGMENT_HEADER_BYTES + BLOCK_BYTES) return undefined
  const footer = footerOf(await sheetAt(file, size - BLOCK_BYTES, BLOCK_BYTES))
  const indexAt = footer === undefined ? -1 : size - BLOCK_BYTES * (footer.frames + 1)
  if (footer === undefined || indexAt < SEGMENT_HEADER_BYTES) return undefined
  const index = await sheetAt(file, indexAt, footer.frames * BLOCK_BYTES)
  if (crc32c(index.words, 0, index.words.length, -1) !== footer.indexSum) return undefined
  const frames: PlacedFrame[] = []
  let offset = SEGMENT_HEADER_BYTES
  for (let at = 0; at < index.length; at += BLOCK_BYTES) {
    const frame = frameAt(index, at)
    if (frame === undefined) return undefined
    frames.push({ ...frame, offset: offset + BLOCK_BYTES })
    offset += frameSpan(frame)
  }
  return { frames, end: footer.end }
}

async function fromFrames(file: FileHandle): Promise<FrameIndex> {
  const { size } = await file.stat()
  const whole = await sheetAt(file, 0, size - (size % ALIGNMENT))
  const frames: PlacedFrame[] = []
  let end = 0
  for (let at = SEGMENT_HEADER_BYTES; at + BLOCK_BYTES <= whole.length;) {
    const frame = frameAt(whole, at)
    // The headers of the index look the same, but lie about what follows: their positions are not new.
    const isNew = frame !== undefined && frame.position >= end
    if (isNew) {
      frames.push({ ...frame, offset: at + BLOCK_BYTES })
      end = frame.position + frame.bytes
    }
    at += isNew ? frameSpan(frame) : ALIGNMENT
  }
  return { frames, end }
}

async function sheetAt(file: FileHandle, at: number, length: number): Promise<Sheet> {
  const bytes = Buffer.allocUnsafeSlow(length)
  const got = await readWhole(file, bytes, at)
  return sheetOf(bytes.fill(0, got), 0)
}
