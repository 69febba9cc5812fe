// A named place in the journal that survives crashes: how far a consumer has come, and what retention must not delete.
import { mkdir, open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { crc32c } from './crc32c.ts'
import { syncFolder, writeDurably } from './disk.ts'
import type { Position } from './message.ts'
import { codeOf } from './refusal.ts'
import { namesIn } from './segment-file.ts'
import { sheetOf } from './sheet.ts'

export type Cursor = {
  /** Undefined if it was never written. @throws if both copies are damaged */
  read(): Promise<Position | undefined>
  /** Durable when it resolves. May go back. Calls are made one after the other. */
  write(position: Position): Promise<void>
  close(): Promise<void>
}

/** Two copies, written in turn: the one that is not being written is always whole. Each has a sector (and page) of its own. */
const SLOT_BYTES = 4096
const USED_BYTES = 32
const MAGIC = 0x52_4a_50_50 // "PPJR"
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/

type Slot = { readonly position: Position; readonly turn: number }

const cursorsFolder = (folder: string): string => path.join(folder, 'cursors')

/** Opens or makes the cursor `name` (`[a-z0-9][a-z0-9-]{0,39}`) of a journal, which need not exist yet. One process writes each name. */
export async function openCursor(folder: string, name: string): Promise<Cursor> {
  if (!NAME.test(name)) throw new RangeError(`journal: not a name for a cursor: ${JSON.stringify(name)}`)
  await mkdir(cursorsFolder(folder), { recursive: true })
  const handle = await openOrCreate(path.join(cursorsFolder(folder), name))
  let writing: Promise<unknown> = Promise.resolve()
  let turn = Math.max(0, ...(await readSlots(handle)).map((slot) => slot.turn))
  const write = async (position: Position): Promise<void> => {
    const next = turn + 1
    await handle.write(slotBytes({ position, turn: next }), 0, USED_BYTES, (next % 2) * SLOT_BYTES)
    await handle.datasync()
    // Only now: after a failure the same copy is written again, never the one that is known to be whole.
    turn = next
  }
  return {
    read: () => readCursor(handle, name),
    write: (position) => {
      if (!Number.isSafeInteger(position) || position < 0) throw new RangeError(`journal: not a position: ${position}`)
      const written = writing.catch(() => undefined).then(() => write(position))
      writing = written
      return written
    },
    close: async () => {
      await writing.catch(() => undefined)
      await handle.close()
    },
  }
}

/** The least position that any cursor has reached; a damaged or unwritten one counts as 0. Undefined if there are no cursors. */
export async function leastCursor(folder: string): Promise<Position | undefined> {
  let least: Position | undefined
  for (const name of await namesIn(cursorsFolder(folder))) {
    if (!NAME.test(name)) continue
    const handle = await open(path.join(cursorsFolder(folder), name), 'r')
    const position = await readCursor(handle, name).catch(() => 0)
    await handle.close()
    least = Math.min(least ?? Infinity, position ?? 0)
  }
  return least
}

async function openOrCreate(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r+')
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    // Its full size from the start: writing in place then needs no room on a full disk.
    await writeDurably(file, (handle) => handle.writeFile(Buffer.alloc(2 * SLOT_BYTES)))
    await syncFolder(path.dirname(path.dirname(file)))
    return open(file, 'r+')
  }
}

async function readCursor(handle: FileHandle, name: string): Promise<Position | undefined> {
  const slots = await readSlots(handle)
  const latest = slots.sort((a, b) => b.turn - a.turn)[0]
  if (latest !== undefined) return latest.position
  const bytes = Buffer.alloc(2 * SLOT_BYTES)
  await handle.read(bytes, 0, bytes.length, 0)
  if (bytes.every((byte) => byte === 0)) return undefined
  throw new Error(`journal: both copies of the cursor ${name} are damaged`)
}

async function readSlots(handle: FileHandle): Promise<Slot[]> {
  const slots: Slot[] = []
  for (const at of [0, SLOT_BYTES]) {
    const { bytes, words, doubles } = sheetOf(Buffer.alloc(USED_BYTES), 0)
    await handle.read(bytes, 0, USED_BYTES, at)
    if (words[0] === MAGIC && words[1] === crc32c(words, 2, USED_BYTES / 4, -1))
      slots.push({ position: doubles[1]!, turn: doubles[2]! })
  }
  return slots
}

function slotBytes({ position, turn }: Slot): Buffer {
  const { bytes, words, doubles } = sheetOf(Buffer.alloc(USED_BYTES), 0)
  words[0] = MAGIC
  doubles[1] = position
  doubles[2] = turn
  words[1] = crc32c(words, 2, USED_BYTES / 4, -1)
  return bytes
}
