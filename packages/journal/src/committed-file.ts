// The file `committed`: how far the journal is on the disk. The writer rewrites it in place after each commit, readers watch it.
import { readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { crc32c } from './crc32c.ts'
import { disk } from './disk.ts'
import type { Position } from './message.ts'
import { codeOf } from './refusal.ts'
import { sheetOf } from './sheet.ts'
import type { Sheet } from './sheet.ts'

const MAGIC = 0x43_4a_50_50 // "PPJC"
const BYTES = 48

export type Committed = {
  /** Everything before this position is fsynced and will stay. */
  readonly committed: Position
  /** Where the segment begins that is being written. */
  readonly active: Position
  /** What the marks of this journal's records are mixed with. */
  readonly salt: number
  /** Rises with each segment file that is begun: what is open belongs to an older one then. */
  readonly generation: number
}

export const committedPath = (folder: string): string => path.join(folder, 'committed')

export type CommittedPage = { write(value: Committed): Promise<void>; close(): Promise<void> }

/** The writer's side: made durable once, then written in place without fsync (recovery finds the truth in the segments). */
export async function createCommittedPage(folder: string, first: Committed): Promise<CommittedPage> {
  const file = committedPath(folder)
  const page = sheetOf(Buffer.alloc(BYTES), 0)
  encode(page, first)
  const handle = await open(file, 'r+').catch(async (error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error
    await (await disk.create(file, page.bytes)).close()
    return open(file, 'r+')
  })
  await handle.write(page.bytes, 0, BYTES, 0)
  await handle.sync()
  return {
    write: async (value) => {
      encode(page, value)
      await handle.write(page.bytes, 0, BYTES, 0)
    },
    close: () => handle.close(),
  }
}

/** The readers' side, over an open file: undefined if what stands there is not sound (torn by a crash, or being written just now). */
export function readCommitted(fd: number): Committed | undefined {
  // Synchronous on purpose: 48 bytes of a page that is always in memory, 2 µs instead of 40 through the thread pool.
  const { bytes, words, doubles } = sheetOf(Buffer.allocUnsafeSlow(BYTES), 0)
  if (readSync(fd, bytes, 0, BYTES, 0) < BYTES) return undefined
  if (words[0] !== MAGIC || words[1] !== crc32c(words, 2, BYTES / 4, -1)) return undefined
  return { salt: words[2]!, generation: words[3]!, committed: doubles[2]!, active: doubles[3]! }
}

/** One look at a folder: undefined if no writer was ever there, or if the file is damaged. */
export async function lookCommitted(folder: string): Promise<Committed | undefined> {
  const handle = await open(committedPath(folder), 'r').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (handle === undefined) return undefined
  try {
    // A second look in case the first fell into the middle of a write.
    return readCommitted(handle.fd) ?? readCommitted(handle.fd)
  } finally {
    await handle.close()
  }
}

function encode({ words, doubles }: Sheet, value: Committed): void {
  words[0] = MAGIC
  words[2] = value.salt
  words[3] = value.generation
  doubles[2] = value.committed
  doubles[3] = value.active
  words[1] = crc32c(words, 2, BYTES / 4, -1)
}
