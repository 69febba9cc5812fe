// Kysely over node:sqlite: the only file of the registry that knows SQLite.

import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely'

/** Another process's import of a full park takes a few seconds; waiting is better than refusing. */
const BUSY_TIMEOUT_MS = 15_000
/** The registry asks some thirty different questions; multi-row inserts of odd lengths come on top and may fall out. */
const STATEMENTS_MAX = 64

/**
 * Opens the file (made when it is not there) for several processes at once: WAL, so readers never wait for a writer,
 * and `synchronous = FULL`, so what was answered is on disk. Kysely sees to it that one query or transaction at a
 * time uses the connection.
 */
export const nodeSqliteDialect = (file: string): Dialect => ({
  createDriver: () => createDriver(file),
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createAdapter: () => new SqliteAdapter(),
  createIntrospector: (db) => new SqliteIntrospector(db),
})

const createDriver = (file: string): Driver => {
  let open: { db: DatabaseSync; connection: DatabaseConnection } | undefined
  return {
    init: async () => {
      const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS })
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
      open = { db, connection: connectionOf(db) }
    },
    acquireConnection: async () => {
      if (open === undefined) throw new Error('registry: the file is not open')
      return open.connection
    },
    // A writing transaction takes the write lock at its beginning: one that reads first and writes later would be
    // refused (SQLITE_BUSY_SNAPSHOT) when another process wrote in between, whatever the timeout.
    beginTransaction: async (connection, { accessMode }) => {
      await run(connection, accessMode === 'read only' ? 'begin' : 'begin immediate')
    },
    commitTransaction: async (connection) => {
      await run(connection, 'commit')
    },
    rollbackTransaction: async (connection) => {
      // A full disk may have rolled back by itself; a second rollback would hide the reason.
      if (open?.db.isTransaction === true) await run(connection, 'rollback')
    },
    releaseConnection: async () => {},
    destroy: async () => {
      open?.db.close()
      open = undefined
    },
  }
}

const run = (connection: DatabaseConnection, sql: string): Promise<unknown> =>
  connection.executeQuery(CompiledQuery.raw(sql))

const connectionOf = (db: DatabaseSync): DatabaseConnection => {
  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql) ?? db.prepare(sql)
    statements.delete(sql)
    statements.set(sql, known)
    const [oldest] = statements.keys()
    if (statements.size > STATEMENTS_MAX && oldest !== undefined) statements.delete(oldest)
    return known
  }
  return {
    executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => {
      const statement = prepared(query.sql)
      const parameters = query.parameters as SQLInputValue[]
      if (statement.columns().length > 0) return { rows: statement.all(...parameters) as R[] }
      const { changes } = statement.run(...parameters)
      return { rows: [], numAffectedRows: BigInt(changes) }
    },
    async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
      // Not from the cache: a statement that is being read must not be run again meanwhile.
      for (const row of db.prepare(query.sql).iterate(...(query.parameters as SQLInputValue[]))) {
        yield { rows: [row as R] }
      }
    },
  }
}
