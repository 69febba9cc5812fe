// A stretch of the journal in memory: bytes with their position, seen as bytes, 32-bit words and doubles alike.
import assert from 'node:assert/strict'
import os from 'node:os'
import type { Position } from './message.ts'

assert(os.endianness() === 'LE', 'the journal reads and writes words of memory: little-endian machines only')

/** Everything in the journal starts at a multiple of this, so that words of memory are words of the file. */
export const ALIGNMENT = 8

export type Sheet = {
  /** Position of the first byte, a multiple of ALIGNMENT. */
  base: Position
  /** Bytes in use, from the start. */
  length: number
  bytes: Buffer<ArrayBuffer>
  words: Int32Array<ArrayBuffer>
  doubles: Float64Array<ArrayBuffer>
}

export const alignUp = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT

/** An empty sheet with room for `capacity` bytes. */
export function createSheet(capacity: number, base: Position): Sheet {
  return sheetOver(Buffer.allocUnsafeSlow(alignUp(capacity)), base, 0)
}

/** A full sheet of these bytes; copies them only if they do not lie on the raster. */
export function sheetOf(bytes: Buffer<ArrayBuffer>, base: Position): Sheet {
  if (bytes.byteOffset % ALIGNMENT === 0) return sheetOver(bytes, base, bytes.length)
  const sheet = createSheet(bytes.length, base)
  sheet.length = bytes.copy(sheet.bytes)
  return sheet
}

/** Makes room for `more` bytes after those in use, by doubling. */
export function ensureRoom(sheet: Sheet, more: number): void {
  if (sheet.length + more <= sheet.bytes.length) return
  const larger = createSheet(Math.max(sheet.bytes.length * 2, sheet.length + more), sheet.base)
  sheet.bytes.copy(larger.bytes, 0, 0, sheet.length)
  sheet.bytes = larger.bytes
  sheet.words = larger.words
  sheet.doubles = larger.doubles
}

function sheetOver(bytes: Buffer<ArrayBuffer>, base: Position, length: number): Sheet {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)
  const doubles = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length >> 3)
  return { base, length, bytes, words, doubles }
}
