import { describe, expect, test, vi } from 'vitest'
import { createFailingDisk } from './failing-disk.ts'
import type { Fault } from './failing-disk.ts'
import { openJournalOn } from './journal.ts'
import type { Message } from './message.ts'
import { messageOf, newFolder, NOON, numberOf, openHere, readAll } from './proving.ts'
import { openReader } from './reader.ts'

async function open(folder: string) {
  const failing = createFailingDisk()
  const kinds: string[] = []
  const details: string[] = []
  const onState = ({ kind, detail }: { kind: string; detail: string }): void => {
    kinds.push(kind)
    details.push(detail)
  }
  const journal = await openJournalOn(failing.disk, { folder, now: () => NOON, commitIntervalMs: 0, onState })
  return { failing, journal, kinds, details }
}

const FAULTS: (Fault & { kind: string; reason: string; begins: boolean })[] = [
  { on: 'write', how: 'ENOSPC', kind: 'full', reason: 'disk-full', begins: false },
  { on: 'write', how: 'EDQUOT', kind: 'full', reason: 'disk-full', begins: false },
  { on: 'write', how: 'short', kind: 'full', reason: 'disk-full', begins: false },
  { on: 'write', how: 'silent', kind: 'full', reason: 'disk-full', begins: false },
  { on: 'write', how: 'EIO', kind: 'failed', reason: 'failed', begins: false },
  { on: 'datasync', how: 'EIO', kind: 'failed', reason: 'failed', begins: true },
  { on: 'datasync', how: 'ENOSPC', kind: 'full', reason: 'disk-full', begins: true },
]

describe.each(FAULTS)('$how on $on', ({ kind, reason, begins, ...fault }) => {
  test.each([0, 5])('after %i messages: refuses, tells, keeps what it took, and goes on by itself', async (before) => {
    const folder = await newFolder()
    const { failing, journal, kinds } = await open(folder)
    const created = failing.calls.filter((call) => call === 'create').length
    const reader = await openReader({ folder, from: 0 })
    const kept: Message[] = []
    for (let i = 0; i < before; i += 1) {
      kept.push(messageOf(i))
      await journal.append(messageOf(i))
    }
    failing.fault = fault
    const refused = await Promise.allSettled([journal.append(messageOf(100, 3000)), journal.append(messageOf(101))])
    for (const outcome of refused) expect(outcome).toMatchObject({ status: 'rejected', reason: { reason } })
    await expect(journal.append(messageOf(102))).rejects.toMatchObject({ reason })
    expect(journal.state().kind).toBe(kind)
    failing.fault = undefined
    await vi.waitFor(() => expect(journal.state().kind).toBe('writing'), 5000)
    await journal.append(messageOf(200))
    kept.push(messageOf(200))
    expect(kinds).toEqual([kind, 'writing'])
    expect(failing.calls.filter((call) => call === 'create').length - created).toBe(begins ? 1 : 0)
    const live: number[] = []
    while (live.length < kept.length) {
      const page = await reader.read({ entries: 2, bytes: 1e6 }, 1000)
      expect(page.damaged).toEqual([])
      live.push(...page.entries.map(numberOf))
    }
    expect(live).toEqual(kept.map(numberOf))
    await reader.close()
    await journal.close()
    const again = await openHere(folder)
    await again.close()
    const { entries, damaged } = await readAll(folder)
    expect(entries.map(numberOf)).toEqual(kept.map(numberOf))
    expect(damaged).toEqual([])
  })
})

test('a failed fdatasync is not tried again on the same file', async () => {
  const { failing, journal, details } = await open(await newFolder())
  await journal.append(messageOf(0))
  failing.fault = { on: 'datasync', how: 'EIO' }
  failing.calls.length = 0
  await expect(journal.append(messageOf(1))).rejects.toMatchObject({ reason: 'failed' })
  failing.fault = undefined
  await vi.waitFor(() => expect(journal.state().kind).toBe('writing'), 5000)
  expect(failing.calls).toEqual(['write', 'datasync', 'create', 'write', 'datasync'])
  expect(details.at(-1)).toContain('reads back whole')
  await journal.close()
})

test('stays full while no new segment can be made, and closes all the same', async () => {
  const folder = await newFolder()
  const { failing, journal, kinds } = await open(folder)
  await journal.append(messageOf(0))
  failing.fault = { on: 'datasync', how: 'EIO' }
  await expect(journal.append(messageOf(1))).rejects.toMatchObject({ reason: 'failed' })
  failing.fault = { on: 'create', how: 'ENOSPC' }
  await vi.waitFor(() => expect(kinds).toEqual(['failed', 'full']), 5000)
  await expect(journal.append(messageOf(2))).rejects.toMatchObject({ reason: 'disk-full' })
  await journal.close()
  expect((await readAll(folder)).entries.map(numberOf)).toEqual([0])
})

test('while one batch waits for its fdatasync, the next gathers and takes one write and one fdatasync; readers see neither before', async () => {
  const folder = await newFolder()
  const { failing, journal } = await open(folder)
  const reader = await openReader({ folder, from: 0 })
  failing.calls.length = 0
  failing.fault = { on: 'datasync', how: 'hang' }
  let resolved = 0
  const append = async (i: number): Promise<void> => {
    await journal.append(messageOf(i))
    resolved += 1
  }
  const appended = [append(0)]
  await vi.waitFor(() => expect(failing.calls).toEqual(['write', 'datasync']))
  for (let i = 1; i < 100; i += 1) appended.push(append(i))
  expect((await reader.read({ entries: 100, bytes: 1e6 }, 100)).entries).toEqual([])
  expect((await readAll(folder)).entries).toEqual([])
  expect(resolved).toBe(0)
  expect(journal.state()).toMatchObject({ kind: 'writing', backlogRecords: 100, committed: 0 })
  failing.fault = undefined
  await Promise.all(appended)
  expect(failing.calls).toEqual(['write', 'datasync', 'write', 'datasync'])
  const seen: number[] = []
  while (seen.length < 100) seen.push(...(await reader.read({ entries: 100, bytes: 1e6 }, 1000)).entries.map(numberOf))
  expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i))
  await reader.close()
  await journal.close()
})
