// The form of a compressed segment: independent zstd frames, each behind a header of its own, and an index at the end.
//
//   32 bytes     header as of a plain segment, with its own magic
//   n times      frame header (32 bytes), compressed bytes, zeros up to a multiple of 8
//   n × 32       index: the frame headers again
//   32 bytes     footer
//
// If index or footer is damaged, walking from frame header to frame header gives the same answer.
import { crc32c } from './crc32c.ts'
import type { Position } from './message.ts'
import { alignUp, sheetOf } from './sheet.ts'
import type { Sheet } from './sheet.ts'

/** Of frame headers and the footer. */
export const BLOCK_BYTES = 32
const BLOCK_WORDS = BLOCK_BYTES / 4
const FRAME_MAGIC = 0x46_4a_50_50 // "PPJF"
const FOOTER_MAGIC = 0x58_4a_50_50 // "PPJX"

/** `sum`: CRC-32C of the bytes before compression, whose number is a multiple of 8. */
export type Frame = {
  readonly position: Position
  readonly bytes: number
  readonly compressedBytes: number
  readonly sum: number
}

export type Footer = { readonly frames: number; readonly indexSum: number; readonly end: Position }

/** Bytes that a frame takes in the file, with header and padding. */
export const frameSpan = (frame: Frame): number => BLOCK_BYTES + alignUp(frame.compressedBytes)

export function frameHeaderBytes(frame: Frame): Buffer<ArrayBuffer> {
  const { bytes, words, doubles } = sheetOf(Buffer.alloc(BLOCK_BYTES), 0)
  words[0] = FRAME_MAGIC
  words[2] = frame.bytes
  words[3] = frame.compressedBytes
  doubles[2] = frame.position
  words[6] = frame.sum
  words[1] = crc32c(words, 2, BLOCK_WORDS, -1)
  return bytes
}

/** The frame whose header stands at byte `at` of the sheet, or undefined. */
export function frameAt(sheet: Sheet, at: number): Frame | undefined {
  const word = at >> 2
  const { words } = sheet
  if (words[word] !== FRAME_MAGIC || words[word + 1] !== crc32c(words, word + 2, word + BLOCK_WORDS, -1))
    return undefined
  const position = sheet.doubles[(at >> 3) + 2]!
  return { position, bytes: words[word + 2]!, compressedBytes: words[word + 3]!, sum: words[word + 6]! }
}

export function footerBytes(footer: Footer): Buffer<ArrayBuffer> {
  const { bytes, words, doubles } = sheetOf(Buffer.alloc(BLOCK_BYTES), 0)
  words[0] = FOOTER_MAGIC
  words[2] = footer.frames
  words[3] = footer.indexSum
  doubles[2] = footer.end
  words[1] = crc32c(words, 2, BLOCK_WORDS, -1)
  return bytes
}

export function footerOf(sheet: Sheet): Footer | undefined {
  const { words, doubles } = sheet
  if (words[0] !== FOOTER_MAGIC || words[1] !== crc32c(words, 2, BLOCK_WORDS, -1)) return undefined
  return { frames: words[2]!, indexSum: words[3]!, end: doubles[2]! }
}
