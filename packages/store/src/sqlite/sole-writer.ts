// Makes sure that a file of the store has one writer: two would both count what they read from the journal.

import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreError } from '../store-error.ts'

/** How long a new writer waits for the one before it to be gone: a supervisor restarts faster than a process dies. */
const HANDOVER_MS = 2_000

/**
 * Holds an exclusive lock on `<name>.lock` until closed. The lock is the operating system's and goes with the process, however it ends.
 * Throws `STORE_WRITER_ALIVE` when another writer holds it.
 */
export const holdSoleWriter = (folder: string, name: string): { close(): void } => {
  const lock = new DatabaseSync(path.join(folder, `${name}.lock`), { timeout: HANDOVER_MS })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw new StoreError('STORE_WRITER_ALIVE', `another process writes ${name} in ${folder} (${String(error)})`)
  }
  return { close: () => lock.close() }
}
