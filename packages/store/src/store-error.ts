// What a store throws: an Error with a code to act upon. Crosses the thread boundary as a plain object.

/** Names of SQLite's primary result codes, by number (sqlite.org/rescode.html). */
const SQLITE_NAMES: Readonly<Record<number, string>> = {
  1: 'SQLITE_ERROR',
  2: 'SQLITE_INTERNAL',
  3: 'SQLITE_PERM',
  4: 'SQLITE_ABORT',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  7: 'SQLITE_NOMEM',
  8: 'SQLITE_READONLY',
  9: 'SQLITE_INTERRUPT',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  17: 'SQLITE_SCHEMA',
  18: 'SQLITE_TOOBIG',
  19: 'SQLITE_CONSTRAINT',
  20: 'SQLITE_MISMATCH',
  21: 'SQLITE_MISUSE',
  26: 'SQLITE_NOTADB',
}

/**
 * An error of the store. `code` is SQLite's name (`SQLITE_FULL`, `SQLITE_BUSY`, …) or one of our own:
 * `STORE_SCHEMA_NEWER`, `STORE_WRITER_ALIVE`, `STORE_WORKER_DIED`, `STORE_CLOSED`, `STORE_BACKLOG`,
 * `STORE_BAD_INPUT`, `STORE_NOT_WAITING`, `STORE_UNKNOWN_ALERT`.
 */
export class StoreError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'StoreError'
    this.code = code
  }
}

/** An error as it travels between threads. */
export type ErrorNews = { readonly code: string; readonly message: string }

const codeOf = (error: Error): string => {
  if ('errcode' in error && typeof error.errcode === 'number') {
    // Extended codes carry the primary one in their low byte.
    return SQLITE_NAMES[error.errcode % 256] ?? `SQLITE_${error.errcode}`
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : 'STORE_INTERNAL'
}

/** Makes an error ready to be posted to another thread. */
export const toNews = (error: unknown): ErrorNews =>
  error instanceof Error
    ? { code: codeOf(error), message: error.message }
    : { code: 'STORE_INTERNAL', message: String(error) }

/** The error that the caller sees. */
export const fromNews = (news: ErrorNews): StoreError => new StoreError(news.code, `${news.code}: ${news.message}`)
