// Reads readings of one register or of many, across any gap: `presence` names the hours, the key leads to the rows.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { HOUR_MS, type Instant, type Period, type RegisterId } from '@parkpulse/metering'
import { gatherNumbers } from './numbers.ts'
import { prepareArrays } from './read-arrays.ts'

/** At, value, position. */
export const ROW_WIDTH = 3
/** Register, from, until, beyond. */
export const SPAN_WIDTH = 4
/** Register, at, value before, position before, value, position. */
export const CONFLICT_WIDTH = 6

type Row = readonly [hour: number, ms: number, value: number, position: number]
type Packed = Float64Array<ArrayBuffer>

const SELECT = `SELECT p.hour, r.ms, r.value, r.position
  FROM presence p CROSS JOIN reading r ON r.hour = p.hour AND r.register = p.register WHERE p.register = ?`

/** The statements, for tests that look at their plans. */
export const READINGS_SQL = {
  within: `${SELECT} AND p.hour BETWEEN ?2 AND ?4 AND (p.hour > ?2 OR r.ms >= ?3) AND (p.hour < ?4 OR r.ms < ?5)
    ORDER BY p.hour, r.ms LIMIT ?6`,
  before: `${SELECT} AND p.hour <= ?2 AND (p.hour < ?2 OR r.ms < ?3) ORDER BY p.hour DESC, r.ms DESC LIMIT 1`,
  since: `${SELECT} AND p.hour >= ?2 AND (p.hour > ?2 OR r.ms >= ?3) ORDER BY p.hour, r.ms LIMIT ?4`,
  conflicts: `SELECT register, at, valueBefore, positionBefore, value, position FROM conflict
    WHERE register = ? AND at >= ? AND at < ? ORDER BY at, id LIMIT ?`,
  latest: 'SELECT register, at, value, receivedAt FROM latest ORDER BY register',
  hours: 'SELECT register, hour FROM presence WHERE (register, hour) > (?, ?) ORDER BY register, hour LIMIT ?',
} as const

const split = (at: Instant): readonly [hour: number, ms: number] => {
  const hour = Math.floor(at / HOUR_MS)
  return [hour, at - hour * HOUR_MS]
}

const rowsOf = (statement: StatementSync, args: readonly number[]): readonly Row[] =>
  statement.all(...args) as unknown as readonly Row[]

const flat = (rows: readonly (readonly number[])[]): Packed => Float64Array.from(rows.flat())

const packed = (rows: readonly Row[]): Packed => {
  const numbers = gatherNumbers()
  for (const [hour, ms, value, position] of rows) numbers.push(hour * HOUR_MS + ms, value, position)
  return numbers.take()
}

export type PackedSpans = {
  readonly ends: Uint32Array<ArrayBuffer>
  readonly at: Packed
  readonly value: Packed
  readonly position: Packed
}

export type ReadingsReader = {
  readings(registerId: RegisterId, period: Period, limit: number): Packed
  neighbours(registerId: RegisterId, at: Instant): { readonly before: Packed; readonly after: Packed }
  latest(): Packed
  conflicts(registerId: RegisterId, period: Period, limit: number): Packed
  spans(spans: Float64Array): PackedSpans
  hoursWithReadings(register: RegisterId, hour: Instant, limit: number): Packed
}

export const prepareReadingsReader = (db: DatabaseSync): ReadingsReader => {
  const within = prepareArrays(db, READINGS_SQL.within)
  const before = prepareArrays(db, READINGS_SQL.before)
  const since = prepareArrays(db, READINGS_SQL.since)
  const conflicts = prepareArrays(db, READINGS_SQL.conflicts)
  const latest = prepareArrays(db, READINGS_SQL.latest)
  const hours = prepareArrays(db, READINGS_SQL.hours)
  const readings = (id: RegisterId, { from, until }: Period, limit: number): readonly Row[] =>
    rowsOf(within, [id, ...split(from), ...split(until), limit])

  return {
    readings: (id, period, limit) => packed(readings(id, period, limit)),
    neighbours: (id, at) => ({
      before: packed(rowsOf(before, [id, ...split(at)])),
      after: packed(rowsOf(since, [id, ...split(at), 1])),
    }),
    latest: () => flat(rowsOf(latest, [])),
    conflicts: (id, { from, until }, limit) => flat(rowsOf(conflicts, [id, from, until, limit])),
    spans: (spans) => {
      const ends = new Uint32Array(spans.length / SPAN_WIDTH)
      const columns = [gatherNumbers(), gatherNumbers(), gatherNumbers()] as const
      let count = 0
      const add = (rows: readonly Row[]): void => {
        for (const [hour, ms, value, position] of rows) {
          columns[0].push(hour * HOUR_MS + ms)
          columns[1].push(value)
          columns[2].push(position)
        }
        count += rows.length
      }
      for (let i = 0; i < ends.length; i += 1) {
        const [id, from, until, beyond] = spans.subarray(i * SPAN_WIDTH) as unknown as [number, number, number, number]
        if (until > from) add(readings(id, { from, until }, -1))
        if (beyond > 0) add(rowsOf(since, [id, ...split(until), beyond]))
        ends[i] = count
      }
      return { ends, at: columns[0].take(), value: columns[1].take(), position: columns[2].take() }
    },
    hoursWithReadings: (register, hour, limit) => {
      const rows = rowsOf(hours, [register, hour / HOUR_MS, limit]) as unknown as readonly (readonly [number, number])[]
      return flat(rows.map(([id, at]) => [id, at * HOUR_MS]))
    },
  }
}
