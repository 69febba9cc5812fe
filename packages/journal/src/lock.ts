// One writer at a time: a lock that the operating system holds for the process and drops with it, however it ends.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export type Lock = { close(): void }

/** @throws an error that names the holder if a living writer has the folder, in this process or another */
export function lockFolder(folder: string): Lock {
  const holder = path.join(folder, 'writer')
  // SQLite is the way to fcntl locks that Node has built in; nothing is ever written to this database.
  const database = new DatabaseSync(path.join(folder, 'lock'))
  try {
    database.exec('PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (!String(error).includes('locked')) throw error
    throw new Error(`journal: ${folder} is being written by another process (${readHolder(holder)})`, { cause: error })
  }
  writeHolder(holder)
  return { close: () => database.close() }
}

function readHolder(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return 'unknown'
  }
}

/** For people only, so a full disk is no reason to stop. */
function writeHolder(file: string): void {
  try {
    writeFileSync(file, `pid ${process.pid}\n`)
  } catch {
    // The lock holds without it.
  }
}
