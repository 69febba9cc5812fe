// Statements whose rows come as arrays: without an object for each row, by the hundred thousand.

import type { DatabaseSync, StatementSync } from 'node:sqlite'

export const prepareArrays = (db: DatabaseSync, sql: string): StatementSync => {
  const statement = db.prepare(sql)
  statement.setReturnArrays(true)
  return statement
}
