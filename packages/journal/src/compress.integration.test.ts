import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { openCompressed } from './compressed-source.ts'
import { compressSegment } from './compress.ts'
import { openCursor } from './cursor.ts'
import { BLOCK_BYTES } from './frame.ts'
import { journalExtent, readEntryAt } from './look-up.ts'
import type { Message, Position } from './message.ts'
import { committedEnd, DAY_MS, messageOf, newFolder, NOON, numberOf, openHere, readAll, spoil } from './proving.ts'
import { openReader } from './reader.ts'
import { listSegments, SEGMENT_HEADER_BYTES, segmentPath } from './segment-file.ts'

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)
const series = upTo(900).map((i) => messageOf(i, 1000))

const spoilMiddle = (plain: string) =>
  spoil(plain, (bytes) => bytes.fill(0x77, SEGMENT_HEADER_BYTES + 300_000, bytes.length - 200_000))

/** One sealed segment of 900 messages (four frames), compressed by itself, and its positions. */
async function compressed(messages: readonly Message[] = series, change?: (plain: string) => Promise<void>) {
  const folder = await newFolder()
  const journal = await openHere(folder)
  const positions: Position[] = await Promise.all(messages.map((message) => journal.append(message)))
  await journal.close()
  const end = await committedEnd(folder)
  await change?.(segmentPath(folder, 0, 'plain'))
  const salt = 0
  await compressSegment({ folder, base: 0, end, salt }, new AbortController().signal)
  return { folder, positions, end, file: segmentPath(folder, 0, 'compressed') }
}

describe('a compressed segment', () => {
  test('reads as before from any position, a frame at a time', async () => {
    const { folder, positions } = await compressed()
    expect(await listSegments(folder)).toEqual([{ base: 0, plain: false, compressed: true }])
    const { entries, damaged } = await readAll(folder)
    expect(entries).toEqual((await readAll(folder)).entries)
    expect(entries.map(numberOf)).toEqual(upTo(900))
    expect(entries.map((entry) => entry.position)).toEqual(positions)
    expect(damaged).toEqual([])
    for (const i of [0, 1, 249, 250, 500, 899]) {
      const found = await readEntryAt(folder, positions[i]!)
      expect(found.kind === 'entry' && numberOf(found.entry)).toBe(i)
      expect((await readAll(folder, positions[i])).entries.map(numberOf)).toEqual(upTo(900).slice(i))
    }
  })

  test('a damaged frame is reported and costs no other', async () => {
    const { folder, file, positions, end } = await compressed()
    const { index, source } = await openCompressed(folder, 0)
    await source.close()
    expect(index.frames.length).toBeGreaterThan(3)
    const frame = index.frames[1]!
    const until = frame.position + frame.bytes
    for (const at of [0, 1, frame.compressedBytes >> 1, frame.compressedBytes - 1]) {
      await spoil(file, (bytes) => {
        bytes[frame.offset + at]! ^= 0x10
        return bytes
      })
      const { entries, damaged, next } = await readAll(folder)
      expect(damaged).toMatchObject([{ position: frame.position, length: frame.bytes }])
      expect(entries.map((entry) => entry.position)).toEqual(positions.filter((p) => p < frame.position || p >= until))
      expect(next).toBe(end)
      await spoil(file, (bytes) => {
        bytes[frame.offset + at]! ^= 0x10
        return bytes
      })
    }
  })

  test('a damaged footer, index or frame header is found again from the frames', async () => {
    const { folder, file } = await compressed()
    const sound = await readFile(file)
    const { index, source } = await openCompressed(folder, 0)
    await source.close()
    const footerAt = sound.length - BLOCK_BYTES
    const indexAt = footerAt - index.frames.length * BLOCK_BYTES
    for (const at of [footerAt, footerAt + 9, indexAt, indexAt + BLOCK_BYTES + 9, index.frames[2]!.offset - 9]) {
      const bytes = Buffer.from(sound)
      bytes[at]! ^= 1
      await writeFile(file, bytes)
      const { entries, damaged } = await readAll(folder)
      expect(entries.map(numberOf), `byte ${at}`).toEqual(upTo(900))
      expect(damaged).toEqual([])
    }
    const both = Buffer.from(sound)
    both[footerAt]! ^= 1
    both[index.frames[1]!.offset - 9]! ^= 1
    await writeFile(file, both)
    const { entries, damaged } = await readAll(folder)
    expect(damaged).toMatchObject([{ position: index.frames[1]!.position, length: index.frames[1]!.bytes }])
    expect(entries.length).toBeGreaterThan(600)
  })

  test('keeps damage that was there before as it was', async () => {
    const many = upTo(3000).map((i) => messageOf(i, 1000))
    const before = await newFolder()
    const { folder } = await compressed(many, async (plain) => {
      await spoilMiddle(plain)
      for (const name of ['committed', path.basename(plain)])
        await writeFile(path.join(before, name), await readFile(path.join(path.dirname(plain), name)))
    })
    const expected = await readAll(before)
    const after = await readAll(folder)
    expect(expected.damaged).toHaveLength(1)
    expect(after.damaged.map(({ position, length }) => [position, length])).toEqual(
      expected.damaged.map(({ position, length }) => [position, length]),
    )
    expect(after.entries.map(numberOf)).toEqual(expected.entries.map(numberOf))
  })

  test('the largest records among small ones', async () => {
    const mixed = upTo(12).map((i) => messageOf(i, i % 3 === 0 ? 1024 * 1024 : 10))
    const { folder } = await compressed(mixed)
    expect((await readAll(folder)).entries.map((entry) => Buffer.from(entry.payload))).toEqual(
      mixed.map((m) => Buffer.from(m.payload)),
    )
  })
})

describe('in the background', () => {
  test('sealed segments are compressed while readers are at work, who notice nothing', async () => {
    const folder = await newFolder()
    const journal = await openHere(folder, { segmentBytes: 200_000 })
    const readers = await Promise.all(upTo(3).map(() => openReader({ folder, from: 0 })))
    const seen: number[][] = readers.map(() => [])
    const follow = readers.map(async (reader, r) => {
      while (seen[r]!.length < 3000) {
        const page = await reader.read({ entries: 7 * (r + 1), bytes: 1e6 }, 1000)
        expect(page.damaged).toEqual([])
        seen[r]!.push(...page.entries.map(numberOf))
      }
    })
    for (let i = 0; i < 3000; i += 50) await Promise.all(upTo(50).map((k) => journal.append(messageOf(i + k, 500))))
    await Promise.all(follow)
    for (const numbers of seen) expect(numbers).toEqual(upTo(3000))
    await vi.waitFor(
      async () => expect((await listSegments(folder)).filter((segment) => segment.plain)).toHaveLength(1),
      10_000,
    )
    expect((await readAll(folder)).entries.map(numberOf)).toEqual(upTo(3000))
    await Promise.all(readers.map((reader) => reader.close()))
    await journal.close()
  })

  test('what a crash left in the middle of compressing is put in order at the next opening', async () => {
    const folder = await newFolder()
    const journal = await openHere(folder, { segmentBytes: 20_000 })
    for (const i of upTo(100)) await journal.append(messageOf(i, 500))
    await vi.waitFor(
      async () => expect((await listSegments(folder)).filter((segment) => segment.plain)).toHaveLength(1),
      10_000,
    )
    await journal.close()
    const [first, second] = await listSegments(folder)
    await writeFile(`${segmentPath(folder, second!.base, 'compressed')}.tmp`, 'half a file')
    // Renamed, but the plain file not yet removed; here the plain one is the truth and the other one is rubbish.
    const { source } = await openCompressed(folder, first!.base)
    const sheet = await source.load(0, second!.base)
    await source.close()
    const header = Buffer.alloc(SEGMENT_HEADER_BYTES)
    await writeFile(segmentPath(folder, 0, 'plain'), Buffer.concat([header, sheet.bytes.subarray(0, sheet.length)]))
    await writeFile(segmentPath(folder, 0, 'compressed'), 'rubbish')
    expect((await readAll(folder)).entries.map(numberOf)).toEqual(upTo(100))
    const again = await openHere(folder)
    await vi.waitFor(
      async () => expect((await listSegments(folder)).filter((segment) => segment.plain)).toHaveLength(1),
      10_000,
    )
    await again.close()
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect((await readAll(folder)).entries.map(numberOf)).toEqual(upTo(100))
  })

  test('retention deletes what is old, not what a cursor needs, and says so when it must', async () => {
    const folder = await newFolder()
    const details: string[] = []
    let now = NOON
    const options = {
      now: () => now,
      segmentBytes: 20_000,
      onState: (state: { detail: string }) => void details.push(state.detail),
    }
    const cursor = await openCursor(folder, 'ingestion')
    let journal = await openHere(folder, options)
    for (const i of upTo(200)) await journal.append(messageOf(i, 500))
    const bases = (await listSegments(folder)).map((segment) => segment.base)
    const held = bases[3]! + 800
    await cursor.write(bases[3]!)
    const reopenAt = async (later: number) => {
      await journal.close()
      now = NOON + later
      journal = await openHere(folder, options)
    }
    const first = async (): Promise<Position> => (await journalExtent(folder)).first
    await reopenAt(29 * DAY_MS)
    await journal.append(messageOf(200))
    expect(await first()).toBe(0)
    await reopenAt(31 * DAY_MS)
    await vi.waitFor(async () => expect(await first()).toBe(bases[3]), 5000)
    await reopenAt(89 * DAY_MS)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await first()).toBe(bases[3])
    expect(details.filter((detail) => detail.includes('deleting'))).toEqual([])
    await reopenAt(91 * DAY_MS)
    await vi.waitFor(async () => expect(await first()).toBe(bases.at(-1)), 5000)
    expect(details.filter((detail) => detail.includes('which a cursor has not passed'))).toHaveLength(bases.length - 4)
    expect(await readEntryAt(folder, held)).toMatchObject({ kind: 'gone' })
    const { damaged } = await readAll(folder, bases[3])
    expect(damaged).toEqual([{ position: bases[3], length: (await first()) - bases[3]!, reason: 'expired' }])
    await cursor.close()
    await journal.close()
  })
})
