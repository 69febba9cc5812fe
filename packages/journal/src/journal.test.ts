import { describe, expect, test } from 'vitest'
import { journalExtent, readEntryAt } from './look-up.ts'
import { messageOf, newFolder, NOON, numberOf, openHere, plain, readAll } from './proving.ts'
import { openReader } from './reader.ts'
import { PAYLOAD_BYTES_MAX } from './record.ts'

describe('a journal', () => {
  test('gives back what was appended, in order, each entry where the one before it ends', async () => {
    const folder = await newFolder()
    const journal = await openHere(folder)
    const sent = Array.from({ length: 500 }, (_, i) => messageOf(i, i))
    const positions = await Promise.all(sent.map((message) => journal.append(message)))
    await journal.close()
    const { entries, damaged } = await readAll(folder)
    expect(entries.map(plain)).toEqual(sent.map(plain))
    expect(entries.map((entry) => entry.position)).toEqual(positions)
    expect(entries.slice(1).map((entry) => entry.position)).toEqual(entries.slice(0, -1).map((entry) => entry.next))
    expect(damaged).toEqual([])
    expect(await journalExtent(folder)).toEqual({ first: 0, committed: entries.at(-1)!.next })
  })

  test('copies the payload at once', async () => {
    const folder = await newFolder()
    const journal = await openHere(folder)
    const payload = Buffer.from('before')
    const appended = journal.append({ ...messageOf(0), payload })
    payload.fill('x')
    await appended
    await journal.close()
    expect(Buffer.from((await readAll(folder)).entries[0]!.payload).toString()).toBe('before')
  })

  test('rolls at segmentBytes, and positions go on as if nothing had happened', async () => {
    const folder = await newFolder()
    const journal = await openHere(folder, { segmentBytes: 4096 })
    const positions = []
    for (let i = 0; i < 60; i += 1) positions.push(await journal.append(messageOf(i, 400)))
    expect((await readAll(folder)).entries.map(numberOf)).toEqual(Array.from({ length: 60 }, (_, i) => i))
    for (const [i, position] of positions.entries()) {
      const found = await readEntryAt(folder, position)
      expect(found.kind === 'entry' && numberOf(found.entry)).toBe(i)
    }
    const from = await readAll(folder, positions[37])
    expect(from.entries.map(numberOf)).toEqual(Array.from({ length: 23 }, (_, i) => i + 37))
    await journal.close()
  })

  test('refuses what is too large, and goes on', async () => {
    const journal = await openHere(await newFolder())
    const tooLarge = journal.append({ ...messageOf(0), payload: Buffer.alloc(PAYLOAD_BYTES_MAX + 1) })
    await expect(tooLarge).rejects.toMatchObject({ name: 'JournalRefusal', reason: 'too-large' })
    await journal.append(messageOf(1))
    await journal.close()
  })

  test('refuses by number and by bytes when too much waits for the disk, and keeps what it took', async () => {
    const folder = await newFolder()
    const journal = await openHere(folder)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_, i) => journal.append(messageOf(i, PAYLOAD_BYTES_MAX))),
    )
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(refused.length).toBeGreaterThan(5)
    for (const { reason } of refused) expect(reason).toMatchObject({ reason: 'backlog' })
    const small = await Promise.allSettled(Array.from({ length: 100_010 }, () => journal.append(messageOf(1, 0))))
    expect(small.filter((outcome) => outcome.status === 'rejected')).toHaveLength(10)
    await journal.close()
    expect((await readAll(folder)).entries).toHaveLength(40 - refused.length + 100_000)
  })

  test('commits what waits when it is closed, refuses what comes after', async () => {
    const folder = await newFolder()
    const journal = await openHere(folder, { commitIntervalMs: 1000 })
    const appended = [journal.append(messageOf(0)), journal.append(messageOf(1))]
    await new Promise(setImmediate)
    appended.push(journal.append(messageOf(2)))
    const closing = journal.close()
    await expect(journal.append(messageOf(3))).rejects.toMatchObject({ reason: 'closed' })
    await Promise.all([closing, journal.close(), ...appended])
    expect(journal.state().kind).toBe('closed')
    expect((await readAll(folder)).entries.map(numberOf)).toEqual([0, 1, 2])
  })

  test('has one writer at a time', async () => {
    const folder = await newFolder()
    const journal = await openHere(folder)
    await expect(openHere(folder)).rejects.toThrow(`being written by another process (pid ${process.pid})`)
    await journal.append(messageOf(0))
    await journal.close()
    const next = await openHere(folder)
    await next.close()
  })

  test.each([{ commitIntervalMs: -1 }, { segmentBytes: 100 }, { retentionMs: 0 }, { commitIntervalMs: NaN }])(
    'refuses the setting %j',
    async (setting) => {
      await expect(openHere(await newFolder(), setting)).rejects.toThrow(RangeError)
    },
  )
})

describe('a reader', () => {
  test('may be there before the journal is, and gives an empty page without news', async () => {
    const folder = `${await newFolder()}/not/yet`
    const reader = await openReader({ folder, from: 0 })
    expect(await reader.read({ entries: 10, bytes: 1000 }, 5)).toEqual({ entries: [], damaged: [], next: 0 })
    const waiting = reader.read({ entries: 10, bytes: 1000 }, 30_000)
    const journal = await openHere(folder)
    await journal.append(messageOf(0))
    expect((await waiting).entries.map(numberOf)).toEqual([0])
    await reader.close()
    await journal.close()
  })

  test('keeps to its limits, but gives at least one entry', async () => {
    const folder = await newFolder()
    const journal = await openHere(folder)
    await Promise.all(Array.from({ length: 10 }, (_, i) => journal.append(messageOf(i, 1000))))
    const reader = await openReader({ folder, from: 0 })
    const sizes = []
    for (const limit of [
      { entries: 3, bytes: 1e6 },
      { entries: 100, bytes: 1 },
      { entries: 100, bytes: 2000 },
      { entries: 100, bytes: 1e6 },
    ])
      sizes.push((await reader.read(limit, 0)).entries.length)
    expect(sizes).toEqual([3, 1, 2, 4])
    await reader.close()
    await journal.close()
  })

  test('stops waiting when told to', async () => {
    const folder = await newFolder()
    const stop = new AbortController()
    const reader = await openReader({ folder, from: 0, signal: stop.signal, pollMs: 60_000 })
    const waiting = reader.read({ entries: 1, bytes: 1 }, 60_000)
    stop.abort()
    expect((await waiting).entries).toEqual([])
    await reader.close()
  })

  test('tells when the journal was replaced by a shorter one', async () => {
    const folder = await newFolder()
    const journal = await openHere(folder)
    const reader = await openReader({ folder, from: 8_000_000 })
    expect((await reader.read({ entries: 1, bytes: 1 }, 0)).entries).toEqual([])
    await journal.append(messageOf(0))
    await expect(reader.read({ entries: 1, bytes: 1 }, 500)).rejects.toThrow('replaced')
    await reader.close()
    await journal.close()
  })

  test.each([-8, 4, 0.5, NaN, 2 ** 53])('refuses to begin at %d', async (from) => {
    await expect(openReader({ folder: await newFolder(), from })).rejects.toThrow(RangeError)
  })
})

describe('looking up', () => {
  test('says what there is at a position', async () => {
    const folder = await newFolder()
    expect(await journalExtent(folder)).toEqual({ first: 0, committed: 0 })
    expect(await readEntryAt(folder, 0)).toMatchObject({ kind: 'gone' })
    const journal = await openHere(folder, { now: () => NOON })
    const position = await journal.append(messageOf(5))
    await journal.close()
    expect(await readEntryAt(folder, position)).toMatchObject({
      kind: 'entry',
      entry: { position, receivedAt: NOON + 5 },
    })
    expect(await readEntryAt(folder, position + 8)).toMatchObject({ kind: 'damaged', detail: 'not-a-record' })
    expect(await readEntryAt(folder, 3)).toMatchObject({ kind: 'damaged' })
    expect(await readEntryAt(folder, 1e6)).toMatchObject({ kind: 'gone' })
  })
})
