import { execFileSync } from 'node:child_process'
import { open, rm } from 'node:fs/promises'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openCursor } from './cursor.ts'
import { messageOf, newFolder, numberOf, openHere, readAll } from './proving.ts'

/** A small disk of its own; undefined where this process may not mount. */
async function mountSmallDisk(): Promise<string | undefined> {
  const folder = await newFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder], { stdio: 'pipe' })
  } catch (error) {
    if (process.env['CI'] !== undefined) throw error
    console.log('SKIPPED: the full-disk test needs the right to mount a tmpfs (run as root)')
    return undefined
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder], { stdio: 'pipe' }))
  return folder
}

/** Takes all the room that is left. */
async function fillUp(file: string): Promise<void> {
  const handle = await open(file, 'a')
  for (const bytes of [65_536, 4096, 1])
    try {
      for (;;) await handle.write(Buffer.alloc(bytes, 1))
    } catch {
      // No more room for this size.
    }
  await handle.close()
}

test('a full disk: refuses, tells, loses nothing, and goes on by itself when there is room', async ({ skip }) => {
  const disk = await mountSmallDisk()
  if (disk === undefined) return skip('mount is not permitted here')
  const folder = path.join(disk, 'journal')
  const kinds: string[] = []
  // Changes only: compressing says on its own account that it has no room.
  const onState = ({ kind }: { kind: string }): void => {
    if (kinds.at(-1) !== kind) kinds.push(kind)
  }
  const journal = await openHere(folder, { onState, segmentBytes: 2 ** 20 })
  const cursor = await openCursor(folder, 'ingestion')
  const acknowledged: number[] = []
  const send = async (i: number): Promise<void> => {
    await journal.append(messageOf(i, 2000))
    acknowledged.push(i)
  }
  for (let i = 0; i < 500; i += 1) await send(i)
  const filler = path.join(disk, 'filler')
  for (const round of [1, 2]) {
    await fillUp(filler)
    const refused: unknown[] = []
    for (let i = round * 1000; journal.state().kind === 'writing'; i += 1)
      await send(i).catch((error: unknown) => refused.push(error))
    expect(refused).toMatchObject([{ name: 'JournalRefusal', reason: 'disk-full' }])
    await expect(journal.append(messageOf(5000))).rejects.toMatchObject({ reason: 'disk-full' })
    expect((await readAll(folder)).entries.map(numberOf)).toEqual(acknowledged)
    // The cursor was given its room when it was made.
    await cursor.write(800 * round)
    expect(await cursor.read()).toBe(800 * round)
    await rm(filler)
    await vi.waitFor(() => expect(journal.state().kind).toBe('writing'), 5000)
    for (let i = round * 1000 + 500; i < round * 1000 + 520; i += 1) await send(i)
  }
  expect(kinds).toEqual(['full', 'writing', 'full', 'writing'])
  await cursor.close()
  await journal.close()
  await (await openHere(folder)).close()
  const { entries, damaged } = await readAll(folder)
  expect(entries.map(numberOf)).toEqual(acknowledged)
  expect(damaged).toEqual([])
  return undefined
})
