import { copyFile, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { committedPath } from './committed-file.ts'
import { journalExtent } from './look-up.ts'
import type { Position } from './message.ts'
import { committedEnd, messageOf, newFolder, numberOf, openHere, readAll, spoil } from './proving.ts'
import { SEGMENT_HEADER_BYTES, segmentPath } from './segment-file.ts'

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

async function fill(folder: string, count: number, options: { segmentBytes?: number; bytes?: number } = {}) {
  const { bytes = 40, ...rest } = options
  const journal = await openHere(folder, rest)
  const positions: Position[] = []
  for (const i of upTo(count)) positions.push(await journal.append(messageOf(i, bytes)))
  await journal.close()
  return positions
}

describe('how far the journal reaches', () => {
  test.each([
    ['damaged', (file: string) => spoil(file, (bytes) => bytes.fill(1, 20, 21))],
    ['torn', (file: string) => truncate(file, 20)],
    ['lost', (file: string) => rm(file)],
  ])('is not known while `committed` is %s, and is again after a writer', async (_case, lose) => {
    const folder = await newFolder()
    await fill(folder, 5)
    const extent = await journalExtent(folder)
    await lose(committedPath(folder))
    expect(await journalExtent(folder)).toEqual({ first: 0, committed: undefined })
    await (await openHere(folder)).close()
    expect(await journalExtent(folder)).toEqual(extent)
    expect((await readAll(folder)).entries.map(numberOf)).toEqual(upTo(5))
  })
})

describe('a torn tail', () => {
  test('cut at any byte of the last record is cut off at opening, and the journal goes on from there', async () => {
    const folder = await newFolder()
    const positions = await fill(folder, 3)
    const segment = segmentPath(folder, 0, 'plain')
    const end = await committedEnd(folder)
    // The state after a power cut: the last record did not get there whole, and was not committed.
    await truncate(segment, SEGMENT_HEADER_BYTES + positions[2]!)
    await rm(committedPath(folder))
    await (await openHere(folder)).close()
    const committedBefore = await readFile(committedPath(folder))
    const journal = await openHere(folder)
    await journal.append(messageOf(2))
    await journal.close()
    const whole = await readFile(segment)
    for (let cut = positions[2]!; cut < end; cut += 1) {
      await writeFile(segment, whole.subarray(0, SEGMENT_HEADER_BYTES + cut))
      await writeFile(committedPath(folder), committedBefore)
      const again = await openHere(folder)
      expect(again.state().committed).toBe(positions[2])
      expect(await again.append(messageOf(9))).toBe(positions[2])
      await again.close()
      const { entries, damaged } = await readAll(folder)
      expect(entries.map(numberOf), `cut at ${cut}`).toEqual([0, 1, 9])
      expect(damaged).toEqual([])
    }
  })

  test('that was committed is damage, and its positions are not used again', async () => {
    const folder = await newFolder()
    const positions = await fill(folder, 3)
    const committed = await committedEnd(folder)
    await truncate(segmentPath(folder, 0, 'plain'), SEGMENT_HEADER_BYTES + positions[2]! + 20)
    const journal = await openHere(folder)
    expect(await journal.append(messageOf(3))).toBe(committed)
    await journal.close()
    const { entries, damaged } = await readAll(folder)
    expect(entries.map(numberOf)).toEqual([0, 1, 3])
    expect(damaged).toMatchObject([{ position: positions[2], length: committed - positions[2]! }])
  })

  test.each([0, 1, 7, 8, 24, 5000])('of %i zero bytes is cut off', async (zeros) => {
    const folder = await newFolder()
    await fill(folder, 3)
    const committed = await committedEnd(folder)
    await spoil(segmentPath(folder, 0, 'plain'), (bytes) => Buffer.concat([bytes, Buffer.alloc(zeros)]))
    const journal = await openHere(folder)
    expect(journal.state().committed).toBe(committed)
    await journal.close()
    expect((await stat(segmentPath(folder, 0, 'plain'))).size).toBe(SEGMENT_HEADER_BYTES + committed)
  })

  test('with whole records behind it is kept as damage: they may have been acknowledged', async () => {
    const folder = await newFolder()
    const positions = await fill(folder, 5)
    await spoil(segmentPath(folder, 0, 'plain'), (bytes) =>
      bytes.fill(0, SEGMENT_HEADER_BYTES + positions[2]!, SEGMENT_HEADER_BYTES + positions[3]!),
    )
    await rm(committedPath(folder))
    await (await openHere(folder)).close()
    const { entries, damaged } = await readAll(folder)
    expect(entries.map(numberOf)).toEqual([0, 1, 3, 4])
    expect(damaged).toEqual([{ position: positions[2], length: positions[3]! - positions[2]!, reason: 'not-a-record' }])
  })
})

describe('bit rot', () => {
  test('any flipped bit of a record in the middle costs that record, is told with its place, and costs no other', async () => {
    const folder = await newFolder()
    const positions = await fill(folder, 5)
    const segment = segmentPath(folder, 0, 'plain')
    const sound = await readFile(segment)
    for (let at = positions[2]!; at < positions[3]!; at += 1) {
      const bytes = Buffer.from(sound)
      bytes[SEGMENT_HEADER_BYTES + at]! ^= 1 << (at % 8)
      await writeFile(segment, bytes)
      const { entries, damaged } = await readAll(folder)
      expect(entries.map(numberOf), `byte ${at}`).toEqual([0, 1, 3, 4])
      expect(damaged).toMatchObject([{ position: positions[2], length: positions[3]! - positions[2]! }])
    }
  })

  test.each([
    ['the checksum', (bytes: Buffer) => bytes.writeInt32LE(0, 4), 'bad-checksum'],
    ['a length that lies a little', (bytes: Buffer) => bytes.writeUInt32LE(48, 8), 'bad-checksum'],
    ['a length beyond the end', (bytes: Buffer) => bytes.writeUInt32LE(100_000, 8), 'bad-length'],
    ['a length without sense', (bytes: Buffer) => bytes.writeUInt32LE(0xff_ff_ff_ff, 8), 'bad-length'],
    ['the mark', (bytes: Buffer) => bytes.fill(0, 0, 4), 'not-a-record'],
    ['zeros all over', (bytes: Buffer) => bytes.fill(0), 'not-a-record'],
  ])('%s', async (_, change, reason) => {
    const folder = await newFolder()
    const positions = await fill(folder, 9)
    await spoil(segmentPath(folder, 0, 'plain'), (bytes) => {
      change(bytes.subarray(SEGMENT_HEADER_BYTES + positions[4]!, SEGMENT_HEADER_BYTES + positions[5]!))
      return bytes
    })
    const { entries, damaged } = await readAll(folder)
    expect(entries.map(numberOf)).toEqual([0, 1, 2, 3, 5, 6, 7, 8])
    expect(damaged).toEqual([{ position: positions[4], length: positions[5]! - positions[4]!, reason }])
  })

  test('a payload that looks like a record is none when the record around it is broken', async () => {
    const folder = await newFolder()
    await fill(folder, 2)
    const inner = (await readFile(segmentPath(folder, 0, 'plain'))).subarray(SEGMENT_HEADER_BYTES)
    const journal = await openHere(folder)
    const position = await journal.append({ ...messageOf(2), principal: '', topic: '', payload: inner })
    const next = await journal.append(messageOf(3))
    await journal.close()
    await spoil(segmentPath(folder, 0, 'plain'), (bytes) =>
      bytes.fill(0, SEGMENT_HEADER_BYTES + position, SEGMENT_HEADER_BYTES + position + 8),
    )
    const { entries, damaged } = await readAll(folder)
    expect(entries.map(numberOf)).toEqual([0, 1, 3])
    expect(damaged).toMatchObject([{ position, length: next - position }])
  })

  test('a megabyte of rubbish between large records', async () => {
    const folder = await newFolder()
    const positions = await fill(folder, 12, { bytes: 400_000 })
    await spoil(segmentPath(folder, 0, 'plain'), (bytes) =>
      bytes.fill(0x5a, SEGMENT_HEADER_BYTES + positions[3]! + 100, SEGMENT_HEADER_BYTES + positions[7]! + 100),
    )
    const { entries, damaged } = await readAll(folder)
    expect(entries.map(numberOf)).toEqual([0, 1, 2, 8, 9, 10, 11])
    expect(damaged).toMatchObject([{ position: positions[3], length: positions[8]! - positions[3]! }])
  })
})

describe('files that are gone', () => {
  test.each(['damaged', 'missing', 'empty'])('`committed` %s: found again from the segments', async (how) => {
    const folder = await newFolder()
    await fill(folder, 20, { segmentBytes: 4096, bytes: 500 })
    const file = committedPath(folder)
    if (how === 'missing') await rm(file)
    else await spoil(file, (bytes) => (how === 'empty' ? Buffer.alloc(0) : bytes.fill(3)))
    const journal = await openHere(folder)
    await journal.append(messageOf(20))
    await journal.close()
    expect((await readAll(folder)).entries.map(numberOf)).toEqual(upTo(21))
  })

  test('a broken segment header costs nothing', async () => {
    const folder = await newFolder()
    await fill(folder, 3)
    await spoil(segmentPath(folder, 0, 'plain'), (bytes) => bytes.fill(0, 0, SEGMENT_HEADER_BYTES))
    expect((await readAll(folder)).entries.map(numberOf)).toEqual([0, 1, 2])
    await (await openHere(folder)).close()
    expect((await readAll(folder)).entries.map(numberOf)).toEqual([0, 1, 2])
  })

  test('headers and `committed` all broken: refuses to open rather than to begin anew', async () => {
    const folder = await newFolder()
    await fill(folder, 3)
    await spoil(segmentPath(folder, 0, 'plain'), (bytes) => bytes.fill(0, 0, SEGMENT_HEADER_BYTES))
    await rm(committedPath(folder))
    await expect(openHere(folder)).rejects.toThrow('neither')
  })

  test('a segment of a later format is refused', async () => {
    const folder = await newFolder()
    const other = await newFolder()
    await fill(folder, 3)
    const { crc32c } = await import('./crc32c.ts')
    await spoil(segmentPath(folder, 0, 'plain'), (bytes) => {
      const words = new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + SEGMENT_HEADER_BYTES))
      words[2] = 2
      words[1] = crc32c(words, 2, 8, -1)
      return Buffer.concat([Buffer.from(words.buffer), bytes.subarray(SEGMENT_HEADER_BYTES)])
    })
    await copyFile(segmentPath(folder, 0, 'plain'), path.join(other, path.basename(segmentPath(folder, 0, 'plain'))))
    await expect(openHere(other)).rejects.toThrow('format 2')
  })

  test('the last segment gone: its positions are not used again', async () => {
    const folder = await newFolder()
    const positions = await fill(folder, 3)
    const committed = await committedEnd(folder)
    await rm(segmentPath(folder, 0, 'plain'))
    const journal = await openHere(folder)
    expect(await journal.append(messageOf(3))).toBe(committed)
    await journal.close()
    const { entries, damaged } = await readAll(folder)
    expect(entries.map(numberOf)).toEqual([3])
    expect(damaged).toEqual([{ position: positions[0], length: committed, reason: 'expired' }])
  })
})
