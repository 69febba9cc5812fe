// Keeps the write-ahead log of a SQLite file from growing for ever while others read.

import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { WAL_BYTES_MAX } from './database.ts'

const walBytes = (db: DatabaseSync): number =>
  statSync(`${db.location() ?? ''}-wal`, { throwIfNoEntry: false })?.size ?? 0

/**
 * Commits copy pages from the WAL as they go, but the WAL starts over only at a moment when nobody reads from it. When such moments
 * have not come for long, wait for the readers (each reads for milliseconds) and cut it. Returns whether it did.
 */
export const boundWal = (db: DatabaseSync, bytesMax = WAL_BYTES_MAX): boolean => {
  if (walBytes(db) <= bytesMax) return false
  return db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0
}
