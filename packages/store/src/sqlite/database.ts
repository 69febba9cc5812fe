// Opens one SQLite file of the store: pragmas, schema version, transactions.

import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreError } from '../store-error.ts'

/** How long a connection waits for another one's lock: longer than any checkpoint or commit seen (under 1 s). */
export const BUSY_MS = 10_000

/**
 * Pages of 4 KiB in the WAL before a commit copies them into the file: 32 MiB. A page touched by many batches is then copied
 * once; measured 358 000 rows/s against 280 000 with SQLite's 1 000 pages.
 */
export const CHECKPOINT_PAGES = 8_000

/** A WAL that readers have kept from starting over beyond this is emptied by waiting for them. Eight ordinary checkpoints. */
export const WAL_BYTES_MAX = 256 * 1024 * 1024

/** Page cache of a writer, in KiB: the hour being written of 10 000 registers, one reading a minute, is about 20 MB. */
const WRITER_CACHE_KIB = 128 * 1024
const READER_CACHE_KIB = 16 * 1024

/** A file and the steps that bring it from version i to i + 1. Steps are only ever added. */
export type Schema = { readonly file: string; readonly migrations: readonly string[] }

/** Runs `work` in one transaction that excludes other writers; what it throws undoes everything. */
export const inTransaction = <T>(db: DatabaseSync, work: () => T): T => {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    // SQLITE_FULL, IOERR and NOMEM may have rolled back already.
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

/** Runs `work` on one snapshot of the file. */
export const inSnapshot = <T>(db: DatabaseSync, work: () => T): T => {
  db.exec('BEGIN')
  try {
    return work()
  } finally {
    db.exec('COMMIT')
  }
}

const versionOf = (db: DatabaseSync): number => Number(db.prepare('PRAGMA user_version').get()?.['user_version'])

const migrate = (db: DatabaseSync, schema: Schema): void => {
  const newest = schema.migrations.length
  const refuseNewer = (version: number): void => {
    if (version <= newest) return
    throw new StoreError(
      'STORE_SCHEMA_NEWER',
      `${schema.file} has schema version ${version}, this program knows ${newest}: it was written by a newer release`,
    )
  }
  refuseNewer(versionOf(db))
  if (versionOf(db) === newest) return
  inTransaction(db, () => {
    // Looked at again inside: another process may have come first.
    const version = versionOf(db)
    refuseNewer(version)
    for (const step of schema.migrations.slice(version)) db.exec(step)
    db.exec(`PRAGMA user_version = ${newest}`)
  })
}

/** Opens for writing and brings the schema up to date. Throws `STORE_SCHEMA_NEWER` for a file of a later release. */
export const openToWrite = (folder: string, schema: Schema): DatabaseSync => {
  mkdirSync(folder, { recursive: true })
  const db = new DatabaseSync(path.join(folder, schema.file), { timeout: BUSY_MS })
  try {
    migrate(db, schema)
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA journal_size_limit = ${WAL_BYTES_MAX}; PRAGMA cache_size = -${WRITER_CACHE_KIB}; PRAGMA temp_store = MEMORY;
      PRAGMA foreign_keys = OFF`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Opens for reading only. Creates the file with its schema when the writer has never run, so that either may start first. */
export const openToRead = (folder: string, schema: Schema): DatabaseSync => {
  openToWrite(folder, schema).close()
  const db = new DatabaseSync(path.join(folder, schema.file), { readOnly: true, timeout: BUSY_MS })
  db.exec(`PRAGMA cache_size = -${READER_CACHE_KIB}; PRAGMA temp_store = MEMORY`)
  return db
}
