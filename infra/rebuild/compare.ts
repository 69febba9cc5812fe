// Comparing two stores row by row: what the rebuilt one says differently, or does not say any more.

import { existsSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export type Comparison = {
  readonly name: string
  /** Rows in the store that was there, and in the rebuilt one. */
  readonly before: number
  readonly now: number
  /** Rows of before that stand otherwise now, and that are gone. */
  readonly differing: number
  readonly gone: number
  /** The first few keys of such rows. */
  readonly examples: readonly string[]
}

/** What is compared: rows by key; everything that is a figure, nothing that says when or how often it was computed. */
type Kind = {
  readonly name: string
  readonly file: string
  /** A table, or a query in parentheses; `$` stands for the database. */
  readonly rows: string
  readonly key: readonly string[]
  readonly values: readonly string[]
}

const KINDS: readonly Kind[] = [
  { name: 'readings', file: 'readings.db', rows: '$.reading', key: ['hour', 'register', 'ms'], values: ['value'] },
  {
    name: 'hours',
    file: 'figures.db',
    rows: '$.hour',
    key: ['register', 'hour'],
    values: ['amount', 'measured', 'interpolated', 'estimated', 'edited', 'quality', 'missingMs'],
  },
  {
    name: 'emissions',
    file: 'figures.db',
    rows: '(SELECT e.*, f.name AS factorName FROM $.emission e LEFT JOIN $.factor f ON f.id = e.factor)',
    key: ['register', 'hour', 'scope', 'method'],
    values: ['factorName', 'status', 'co2Kg', 'ch4Kg', 'n2oKg', 'quality'],
  },
  {
    name: 'alert transitions',
    file: 'figures.db',
    rows: '$.transition',
    key: ['alert', 'at', '"from"', '"to"'],
    values: ['value'],
  },
]

const EXAMPLES_MAX = 5

/** Compares two store folders. Throws when a file of either is missing or of another shape. */
export function compareStores(before: string, now: string): readonly Comparison[] {
  return KINDS.map((kind) => compareKind(kind, path.join(before, kind.file), path.join(now, kind.file)))
}

/** Nothing that was known is gone or otherwise. More may be known now: hours have ended since, the journal was read further. */
export const isFaithful = (comparisons: readonly Comparison[]): boolean =>
  comparisons.every(({ differing, gone }) => differing === 0 && gone === 0)

function compareKind(kind: Kind, before: string, now: string): Comparison {
  for (const file of [before, now]) if (!existsSync(file)) throw new Error(`${file} is not there`)
  const db = new DatabaseSync(':memory:')
  try {
    db.prepare('ATTACH ? AS before').run(before)
    db.prepare('ATTACH ? AS now').run(now)
    db.exec('PRAGMA query_only = ON')
    return { name: kind.name, ...countsOf(db, kind), examples: examplesOf(db, kind) }
  } finally {
    db.close()
  }
}

const rowsOf = ({ rows }: Kind, database: string): string => rows.replaceAll('$', database)
const joined = (kind: Kind): string =>
  `${rowsOf(kind, 'before')} b LEFT JOIN ${rowsOf(kind, 'now')} n ON ${kind.key.map((k) => `b.${k} = n.${k}`).join(' AND ')}`
const isGone = ({ key }: Kind): string => `n.${key[0]} IS NULL`
const isOtherwise = (kind: Kind): string =>
  `(NOT ${isGone(kind)} AND (${kind.values.map((v) => `b.${v} IS NOT n.${v}`).join(' OR ')}))`

function countsOf(db: DatabaseSync, kind: Kind) {
  const row = db
    .prepare(
      `SELECT count(*) AS before, total(${isGone(kind)}) AS gone, total(${isOtherwise(kind)}) AS differing,
        (SELECT count(*) FROM ${rowsOf(kind, 'now')}) AS now FROM ${joined(kind)}`,
    )
    .get()
  const count = (name: string) => Number(row?.[name])
  return { before: count('before'), now: count('now'), gone: count('gone'), differing: count('differing') }
}

function examplesOf(db: DatabaseSync, kind: Kind): readonly string[] {
  const key = kind.key.map((k) => `b.${k}`).join(` || ' ' || `)
  return db
    .prepare(
      `SELECT ${key} AS key FROM ${joined(kind)} WHERE ${isGone(kind)} OR ${isOtherwise(kind)} LIMIT ${EXAMPLES_MAX}`,
    )
    .all()
    .map((row) => `${kind.key.join(' ')} = ${String(row['key'])}`)
}
