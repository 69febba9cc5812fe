// Tells a reader when there is something behind its position, and sleeps until then.
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { committedPath, readCommitted } from './committed-file.ts'
import type { Committed } from './committed-file.ts'
import type { Position } from './message.ts'
import { codeOf } from './refusal.ts'
import { createWake } from './wake.ts'

export type CommittedWatch = {
  /** What the writer has said last, once that is beyond `position`; undefined after `waitMs`, or when `isOver` says so after a ring. */
  beyond(position: Position, waitMs: number, isOver: () => boolean): Promise<Committed | undefined>
  ring(): void
  close(): Promise<void>
}

export function openCommittedWatch(folder: string, pollMs: number | undefined): CommittedWatch {
  const file = committedPath(folder)
  const wake = createWake(pollMs)
  let handle: FileHandle | undefined
  let seen: Committed | undefined

  async function look(): Promise<Committed | undefined> {
    if (handle === undefined) {
      handle = await openIfThere(file)
      if (handle === undefined) return undefined
      wake.watch(file)
    }
    return readCommitted(handle.fd)
  }

  /** While no writer is there, the file may stand before the reader's position (a power cut took its last state): that is no news. */
  async function isNews(position: Position): Promise<boolean> {
    const now = await look()
    const before = seen
    seen = now ?? seen
    if (now === undefined) return false
    const isAlive = before !== undefined && now.committed > before.committed
    if (isAlive && now.committed < position)
      throw new Error(
        `journal: goes on at ${now.committed}, before this reader's position ${position}: it was replaced`,
      )
    return now.committed > position
  }

  return {
    beyond: async (position, waitMs, isOver) => {
      let isLate = waitMs <= 0
      const timer = setTimeout(() => {
        isLate = true
        wake.ring()
      }, waitMs)
      try {
        for (;;) {
          if (await isNews(position)) return seen
          if (isLate || isOver()) return undefined
          await wake.wait()
        }
      } finally {
        clearTimeout(timer)
      }
    },
    ring: () => wake.ring(),
    close: async () => {
      wake.close()
      await handle?.close()
      handle = undefined
    },
  }
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
