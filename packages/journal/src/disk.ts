// The disk as the writer sees it: four things one can do to the active segment, so that a test can put a failing one in its place.
import { open, rename, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'

/** One open segment file. Errors carry the system's `code`; a write may be short. */
export type DiskFile = {
  write(bytes: Uint8Array, at: number): Promise<number>
  datasync(): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

export type Disk = {
  /** A new file with these first bytes, whole and durable when this resolves; replaces a file of the same name. */
  create(file: string, first: Uint8Array): Promise<DiskFile>
  open(file: string): Promise<DiskFile>
}

export const disk: Disk = {
  create: async (file, first) => {
    await writeDurably(file, async (handle) => {
      await handle.writeFile(first)
    })
    return diskFile(await open(file, 'r+'))
  },
  open: async (file) => diskFile(await open(file, 'r+')),
}

export const TEMPORARY_ENDING = '.tmp'

/** Makes a whole new file in place of `file`: written beside it, fsynced, renamed, folder fsynced. Leaves nothing behind if `fill` fails. */
export async function writeDurably(file: string, fill: (handle: FileHandle) => Promise<void>): Promise<void> {
  const temporary = file + TEMPORARY_ENDING
  try {
    const handle = await open(temporary, 'w', 0o640)
    try {
      await fill(handle)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(path.dirname(file))
}

/** Makes the names in a folder durable: a created, renamed or removed file is only then so after a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function diskFile(handle: FileHandle): DiskFile {
  return {
    write: async (bytes, at) => (await handle.write(bytes, 0, bytes.length, at)).bytesWritten,
    datasync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  }
}
