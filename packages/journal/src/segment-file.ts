// The names and headers of the segment files of a journal's folder.
import { readdir } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { crc32c } from './crc32c.ts'
import type { Position } from './message.ts'
import { codeOf } from './refusal.ts'
import { sheetOf } from './sheet.ts'

/** A plain and a compressed segment begin with the same 32 bytes; only records count in positions, not this header. */
export const SEGMENT_HEADER_BYTES = 32
const FORMAT_VERSION = 1
const MAGIC = { plain: 0x31_4a_50_50, compressed: 0x5a_4a_50_50 } as const // "PPJ1", "PPJZ"

export type SegmentKind = keyof typeof MAGIC

/** `createdAt`: milliseconds since 1970, when the first file of this segment was made; the segment before it ended then. */
export type SegmentHeader = { readonly salt: number; readonly base: Position; readonly createdAt: number }

/** A segment in the folder: it reaches from `base` to the base of the next one, or to the committed position. */
export type Segment = { readonly base: Position; readonly plain: boolean; readonly compressed: boolean }

const ENDINGS = { plain: '.log', compressed: '.zst' } as const
const NAME = /^(\d{16})\.(log|zst)$/

export function segmentPath(folder: string, base: Position, kind: SegmentKind): string {
  return path.join(folder, String(base).padStart(16, '0') + ENDINGS[kind])
}

/** The segments by position; none if there is no folder. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const found = new Map<Position, Segment>()
  for (const name of await namesIn(folder)) {
    const match = NAME.exec(name)
    if (match === null) continue
    const base = Number(match[1])
    const known = found.get(base) ?? { base, plain: false, compressed: false }
    found.set(base, match[2] === 'log' ? { ...known, plain: true } : { ...known, compressed: true })
  }
  return [...found.values()].sort((a, b) => a.base - b.base)
}

export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

export function headerBytes(kind: SegmentKind, header: SegmentHeader): Buffer<ArrayBuffer> {
  const { bytes, words, doubles } = sheetOf(Buffer.allocUnsafeSlow(SEGMENT_HEADER_BYTES), 0)
  words[0] = MAGIC[kind]
  words[2] = FORMAT_VERSION
  words[3] = header.salt
  doubles[2] = header.base
  doubles[3] = header.createdAt
  words[1] = crc32c(words, 2, 8, -1)
  return bytes
}

/**
 * The header, or undefined if it is damaged.
 * @throws if it is sound but of a format version that this program does not know
 */
export async function readHeader(file: FileHandle, kind: SegmentKind): Promise<SegmentHeader | undefined> {
  const { bytes, words, doubles } = sheetOf(Buffer.allocUnsafeSlow(SEGMENT_HEADER_BYTES), 0)
  const { bytesRead } = await file.read(bytes, 0, SEGMENT_HEADER_BYTES, 0)
  if (bytesRead < SEGMENT_HEADER_BYTES || words[0] !== MAGIC[kind] || words[1] !== crc32c(words, 2, 8, -1))
    return undefined
  if (words[2] !== FORMAT_VERSION) throw new Error(`journal: segment of format ${words[2]}, expected ${FORMAT_VERSION}`)
  return { salt: words[3]!, base: doubles[2]!, createdAt: doubles[3]! }
}
