// Adds figures up where they lie: a park's year by the month without carrying half a million hours through a door.

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { Scope } from '@parkpulse/emissions'
import { HOUR_MS, type Instant, type RegisterId } from '@parkpulse/metering'
import type { EmissionSum, HourSum } from '../ports.ts'
import { StoreError } from '../store-error.ts'
import { methods, qualities, statuses } from './figure-codes.ts'

type Row = Record<string, SQLOutputValue>

/** Registers times edges in one question: 80 registers by the hour for 50 days, in some 0.5 s. Who wants more asks again, for other registers. */
export const SUMS_PER_ANSWER_MAX = 100_000

const number = (row: Row, name: string): number => row[name] as number

const hourSumOf = (row: Row, registerId: RegisterId, from: Instant): HourSum => ({
  registerId,
  from,
  amount: number(row, 'amount'),
  shares: {
    measured: number(row, 'measured'),
    interpolated: number(row, 'interpolated'),
    estimated: number(row, 'estimated'),
    edited: number(row, 'edited'),
  },
  hours: number(row, 'hours'),
  missingMs: number(row, 'missingMs'),
  quality: qualities.wordOf(number(row, 'quality')),
  revision: number(row, 'revision'),
})

const emissionSumOf = (row: Row, registerId: RegisterId, from: Instant): EmissionSum => ({
  registerId,
  from,
  scope: number(row, 'scope') as Scope,
  method: methods.wordOf(number(row, 'method')),
  ...(typeof row['name'] === 'string' && {
    factor: { id: row['name'], status: statuses.wordOf(number(row, 'status')) },
  }),
  quality: qualities.wordOf(number(row, 'quality')),
  gases: { co2Kg: number(row, 'co2Kg'), ch4Kg: number(row, 'ch4Kg'), n2oKg: number(row, 'n2oKg') },
  hours: number(row, 'hours'),
})

const checkEdges = (registers: number, edges: readonly Instant[]): void => {
  const wrong = edges.find((edge, i) => edge % HOUR_MS !== 0 || edge <= (edges[i - 1] ?? -Infinity))
  if (wrong !== undefined) throw new StoreError('STORE_BAD_INPUT', `edges must be whole hours, ascending: ${wrong}`)
  if (registers * edges.length > SUMS_PER_ANSWER_MAX) {
    const most = `more than ${SUMS_PER_ANSWER_MAX} sums`
    throw new StoreError('STORE_BAD_INPUT', `${most}: ask for fewer registers or longer stretches`)
  }
}

export type SumsReader = {
  hourSums(registerIds: readonly RegisterId[], edges: readonly Instant[]): readonly HourSum[]
  emissionSums(registerIds: readonly RegisterId[], edges: readonly Instant[]): readonly EmissionSum[]
}

type Ask<T> = (registerId: RegisterId, from: Instant, until: Instant) => readonly T[]

const eachStretch = <T>(ids: readonly RegisterId[], edges: readonly Instant[], ask: Ask<T>): readonly T[] => {
  const registers = [...new Set(ids)].sort((a, b) => a - b)
  checkEdges(registers.length, edges)
  return registers.flatMap((id) => edges.slice(1).flatMap((until, i) => ask(id, edges[i] as Instant, until)))
}

/**
 * All that must not be mixed is one number while the rows are sorted, and words only afterwards: a third less time than grouping by
 * five columns of joined rows. 16 bits and more are the factor's id (0: none), then 4 each for status, quality, scope and method.
 */
const EMISSION_SUMS = `SELECT (key >> 4) & 15 AS scope, key & 15 AS method, f.name, (key >> 12) & 15 AS status,
    (key >> 8) & 15 AS quality, hours, co2Kg, ch4Kg, n2oKg
  FROM (
    SELECT ifnull((factor << 16) | (status << 12), 0) | (quality << 8) | (scope << 4) | method AS key, count(*) AS hours,
      sum(co2Kg) AS co2Kg, sum(ch4Kg) AS ch4Kg, sum(n2oKg) AS n2oKg
    FROM emission WHERE register = ? AND hour >= ? AND hour < ? GROUP BY key
  ) LEFT JOIN factor f ON f.id = key >> 16 ORDER BY scope, method, f.name, status, quality`

export const prepareSumsReader = (db: DatabaseSync): SumsReader => {
  const hours = db.prepare(`SELECT count(*) AS hours, sum(amount) AS amount, sum(measured) AS measured,
      sum(interpolated) AS interpolated, sum(estimated) AS estimated, sum(edited) AS edited,
      sum(missingMs) AS missingMs, max(quality) AS quality, max(revision) AS revision
    FROM hour WHERE register = ? AND hour >= ? AND hour < ? AND missingMs < ${HOUR_MS} HAVING count(*) > 0`)
  const emissions = db.prepare(EMISSION_SUMS)
  return {
    hourSums: (ids, edges) =>
      eachStretch(ids, edges, (id, from, until) =>
        hours.all(id, from / HOUR_MS, until / HOUR_MS).map((row) => hourSumOf(row, id, from)),
      ),
    emissionSums: (ids, edges) =>
      eachStretch(ids, edges, (id, from, until) =>
        emissions.all(id, from / HOUR_MS, until / HOUR_MS).map((row) => emissionSumOf(row, id, from)),
      ),
  }
}
