// The journal as its one writer sees it: append, and the promise resolves when the message is on the disk. The main path of the package.
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { createCaretaker } from './caretaker.ts'
import { createCommittedPage } from './committed-file.ts'
import { disk as realDisk, syncFolder } from './disk.ts'
import type { Disk } from './disk.ts'
import { createGroupCommit } from './group-commit.ts'
import { lockFolder } from './lock.ts'
import type { Message, Position } from './message.ts'
import { createPublisher } from './publisher.ts'
import { recover } from './recover.ts'
import { createSegmentWriter } from './segment-writer.ts'
import type { JournalState } from './state.ts'

export type JournalOptions = {
  /** Made if it is not there. One writer. */
  readonly folder: string
  /** Milliseconds since 1970; for the age of segments. */
  readonly now: () => number
  /** The least time from the start of one commit to the start of the next, 0..1000 ms, default 3. */
  readonly commitIntervalMs?: number
  /** A segment that would grow beyond this is sealed and a new one begun, 4 KiB..1 GiB, default 64 MiB. */
  readonly segmentBytes?: number
  /** How long a sealed segment is kept, if no cursor needs it longer, default 30 days. */
  readonly retentionMs?: number
  /** Told at each change of kind, and with an unchanged kind when something must be said loudly. Must not throw. */
  readonly onState?: (state: JournalState) => void
}

export type Journal = {
  /**
   * Resolves with the message's position after write and fdatasync; the payload is copied at once.
   * Rejects with a JournalRefusal: the message is then not kept, or not for certain.
   */
  append(message: Message): Promise<Position>
  state(): JournalState
  /** Takes no more, commits what waits, and lets the folder go. */
  close(): Promise<void>
}

const DEFAULTS = { commitIntervalMs: 3, segmentBytes: 64 * 1024 * 1024, retentionMs: 30 * 24 * 3600 * 1000 }

/** Opens a journal for writing, repairing what a crash has left. @throws if another writer is alive, or the disk fails */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  return openJournalOn(realDisk, options)
}

/** As openJournal, on another disk: for tests that need one which fails. */
export async function openJournalOn(disk: Disk, options: JournalOptions): Promise<Journal> {
  const settings = { ...DEFAULTS, ...options, onState: options.onState ?? (() => undefined) }
  const { folder, now } = settings
  assertRanges(settings)
  await mkdir(folder, { recursive: true, mode: 0o750 })
  await syncFolder(path.dirname(path.resolve(folder)))
  const lock = lockFolder(folder)
  try {
    const tail = await recover({ folder, disk, now })
    const publisher = createPublisher(await createCommittedPage(folder, tail))
    const writer = createSegmentWriter({ folder, disk, now }, tail, settings.segmentBytes)
    const caretaker = createCaretaker({
      ...settings,
      tail: () => writer.tail(),
      notify: (detail) => commits.notify(detail),
    })
    const onCommit = (): void => {
      publisher.publish(writer.tail())
      caretaker.look()
    }
    const commits = createGroupCommit({ ...settings, writer, onCommit })
    let closing: Promise<void> | undefined
    const close = async (): Promise<void> => {
      try {
        await commits.close()
        await caretaker.close()
        await publisher.close()
        await writer.close()
      } finally {
        lock.close()
      }
    }
    return { append: commits.append, state: commits.state, close: () => (closing ??= close()) }
  } catch (error) {
    lock.close()
    throw error
  }
}

function assertRanges({ commitIntervalMs, segmentBytes, retentionMs }: typeof DEFAULTS): void {
  const isFine =
    commitIntervalMs >= 0 &&
    commitIntervalMs <= 1000 &&
    segmentBytes >= 4096 &&
    segmentBytes <= 2 ** 30 &&
    retentionMs > 0
  if (!isFine)
    throw new RangeError(`journal: out of range: ${JSON.stringify({ commitIntervalMs, segmentBytes, retentionMs })}`)
}
