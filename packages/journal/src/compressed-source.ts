// Reads a compressed segment: any position costs one frame. A frame that is broken comes as zeros, so that it shows as damage.
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { zstdDecompress } from 'node:zlib'
import { crc32c } from './crc32c.ts'
import { readFrameIndex } from './frame-index.ts'
import type { FrameIndex, PlacedFrame } from './frame-index.ts'
import type { Position } from './message.ts'
import { readWhole } from './plain-source.ts'
import type { OpenSegment } from './plain-source.ts'
import { RECORD_BYTES_MAX } from './record.ts'
import { codeOf } from './refusal.ts'
import { readHeader, segmentPath } from './segment-file.ts'
import { createSheet, sheetOf } from './sheet.ts'
import type { Sheet } from './sheet.ts'

const decompress = promisify(zstdDecompress)

/** Opens the compressed file of the segment at `base`. @throws ENOENT if it is not there (any more) */
export async function openCompressed(folder: string, base: Position): Promise<OpenSegment & { index: FrameIndex }> {
  const file = await open(segmentPath(folder, base, 'compressed'), 'r')
  try {
    const header = await readHeader(file, 'compressed')
    const index = await readFrameIndex(file)
    return { header, index, source: { load: createLoad(file, index), close: () => file.close() } }
  } catch (error) {
    await file.close()
    throw error
  }
}

function createLoad(file: FileHandle, index: FrameIndex): (position: Position, until: Position) => Promise<Sheet> {
  let last = createSheet(0, 0)
  return async (position, until) => {
    if (position >= last.base && position < last.base + last.length) return last
    const frame = frameOver(index, position)
    last = frame === undefined ? zeros(position, nextFrom(index, position, until)) : await loadFrame(file, frame)
    return last
  }
}

async function loadFrame(file: FileHandle, frame: PlacedFrame): Promise<Sheet> {
  const compressed = Buffer.allocUnsafeSlow(frame.compressedBytes)
  try {
    await readWhole(file, compressed, frame.offset)
    const sheet = sheetOf(await decompress(compressed, { maxOutputLength: frame.bytes }), frame.position)
    if (sheet.length === frame.bytes && crc32c(sheet.words, 0, sheet.words.length, -1) === frame.sum) return sheet
  } catch (error) {
    if (!isBroken(error)) throw error
  }
  return zeros(frame.position, frame.position + frame.bytes)
}

/** The disk or zstd says that these bytes are no good; anything else (out of memory, too many files) is not the frame's fault. */
function isBroken(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'EIO' || code === 'ERR_BUFFER_TOO_LARGE' || (code !== undefined && /^ZSTD_|^Z_/.test(code))
}

/** By halving: the index may have some thousand frames. */
function frameOver({ frames }: FrameIndex, position: Position): PlacedFrame | undefined {
  let low = 0
  let high = frames.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (frames[middle]!.position <= position) low = middle + 1
    else high = middle
  }
  const frame = frames[low - 1]
  return frame !== undefined && position < frame.position + frame.bytes ? frame : undefined
}

const nextFrom = ({ frames }: FrameIndex, position: Position, until: Position): Position =>
  frames.find((frame) => frame.position > position)?.position ?? until

function zeros(from: Position, until: Position): Sheet {
  const sheet = createSheet(Math.min(until - from, RECORD_BYTES_MAX), from)
  sheet.bytes.fill(0)
  sheet.length = sheet.bytes.length
  return sheet
}
