// What the journal's tests have in common: a folder, messages, a clock that stands, and reading everything there is.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { openJournal } from './journal.ts'
import type { Journal, JournalOptions } from './journal.ts'
import { journalExtent } from './look-up.ts'
import type { Entry, Message, Position } from './message.ts'
import { NOON } from './message-series.ts'
import { openReader } from './reader.ts'
import type { Damage } from './walk.ts'

export { messageOf, NOON, numberOf } from './message-series.ts'

export const DAY_MS = 24 * 3600 * 1000

/** A folder for one test, removed after it. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'parkpulse-journal-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export function openHere(folder: string, options: Partial<JournalOptions> = {}): Promise<Journal> {
  return openJournal({ folder, now: () => NOON, commitIntervalMs: 0, ...options })
}

export type Everything = { entries: Entry[]; damaged: Damage[]; next: Position }

/** The end of what is committed, where it is known. */
export async function committedEnd(folder: string): Promise<Position> {
  const { committed } = await journalExtent(folder)
  if (committed === undefined) throw new Error('the end is not known')
  return committed
}

/** All that is committed, read in pages of a few entries. */
export async function readAll(folder: string, from: Position = 0): Promise<Everything> {
  const committed = await committedEnd(folder)
  const reader = await openReader({ folder, from })
  const all: Everything = { entries: [], damaged: [], next: from }
  while (all.next < committed) {
    const page = await reader.read({ entries: 100, bytes: 100_000 }, 1000)
    all.entries.push(...page.entries)
    all.damaged.push(...page.damaged)
    all.next = page.next
  }
  await reader.close()
  return all
}

/** Everything that was told apart from the bytes' identity: so that two messages can be compared. */
export const plain = ({ receivedAt, principal, topic, payload }: Message) => ({
  receivedAt,
  principal,
  topic,
  payload: Buffer.from(payload).toString('base64'),
})

/** Changes the bytes of a file as a failing disk would. */
export async function spoil(file: string, change: (bytes: Buffer) => Buffer | undefined): Promise<void> {
  const bytes = await readFile(file)
  await writeFile(file, change(bytes) ?? bytes)
}
