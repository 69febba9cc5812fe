// Reads hours and emissions, register by register: their rows lie together.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { HOUR_MS, type Instant, type Period, type RegisterId } from '@parkpulse/metering'
import { StoreError } from '../store-error.ts'
import { gatherNumbers, type Numbers } from './numbers.ts'
import { EMISSION_WIDTH, HOUR_WIDTH, type PackedEmissions, type PackedHours } from './packed-figures.ts'
import { prepareArrays } from './read-arrays.ts'

/** Rows in one answer: a year of 110 registers. Beyond, an error says so; months of a park come as sums. */
export const FIGURES_PAGE_MAX = 1_000_000

type HourRow = readonly [...(number | null)[], string | null]
type Run = { readonly register: number; readonly from: number; readonly until: number }

/** First and last-but-excluded hour number of a period. */
const hoursIn = ({ from, until }: Period): { readonly from: number; readonly until: number } => ({
  from: Math.ceil(from / HOUR_MS),
  until: Math.ceil(until / HOUR_MS),
})

const pushRow = (numbers: Numbers, row: readonly unknown[], width: number): void => {
  for (let c = 0; c < width; c += 1) {
    const value = row[c]
    numbers.push(typeof value === 'number' ? value : Number.NaN)
  }
}

const checkSize = (rows: number): void => {
  if (rows <= FIGURES_PAGE_MAX) return
  throw new StoreError('STORE_BAD_INPUT', `more than ${FIGURES_PAGE_MAX} figures: ask for fewer or for sums`)
}

/** Gathers rows of table hour from several questions. */
const gatherHours = () => {
  const numbers = gatherNumbers()
  const events: [number, string][] = []
  let count = 0
  return {
    add: (rows: readonly HourRow[]): void => {
      for (const row of rows) {
        pushRow(numbers, row, HOUR_WIDTH)
        const text = row[HOUR_WIDTH]
        if (typeof text === 'string') events.push([count, text])
        count += 1
      }
      checkSize(count)
    },
    take: (): PackedHours => ({ hours: numbers.take(), events }),
  }
}

const ascending = (ids: readonly RegisterId[]): readonly RegisterId[] => [...new Set(ids)].sort((a, b) => a - b)

export type FiguresReader = {
  hours(registerIds: readonly RegisterId[], period: Period): PackedHours
  /** Runs of register, from, until. */
  hoursOf(runs: Float64Array): PackedHours
  /** Of each (register, hour) the hour before; `found[i]` is 1 when there is one. */
  hoursBefore(places: Float64Array): PackedHours & { readonly found: Uint32Array<ArrayBuffer> }
  revisions(registerId: RegisterId, hour: Instant): PackedHours
  emissions(registerIds: readonly RegisterId[], period: Period): PackedEmissions
  emissionRevisions(registerId: RegisterId, hour: Instant): PackedEmissions
}

const ask = (statement: StatementSync, ...args: readonly number[]): readonly HourRow[] =>
  statement.all(...args) as unknown as readonly HourRow[]

const prepareHoursReader = (db: DatabaseSync) => {
  const run = prepareArrays(db, 'SELECT * FROM hour WHERE register = ? AND hour >= ? AND hour < ? ORDER BY hour')
  const before = prepareArrays(
    db,
    'SELECT * FROM hour WHERE register = ? AND hour < ? AND carryAt IS NOT NULL ORDER BY hour DESC LIMIT 1',
  )
  const revisions = prepareArrays(
    db,
    `SELECT * FROM hour WHERE register = ?1 AND hour = ?2
      UNION ALL SELECT * FROM hour_past WHERE register = ?1 AND hour = ?2 ORDER BY revision`,
  )
  const runs = (all: Iterable<Run>): PackedHours => {
    const gathered = gatherHours()
    for (const { register, from, until } of all) gathered.add(ask(run, register, from, until))
    return gathered.take()
  }
  return {
    runs,
    before: (places: Float64Array): PackedHours & { found: Uint32Array<ArrayBuffer> } => {
      const gathered = gatherHours()
      const found = new Uint32Array(places.length / 2)
      for (let i = 0; i < found.length; i += 1) {
        const rows = ask(before, places[i * 2] as number, Math.ceil((places[i * 2 + 1] as number) / HOUR_MS))
        found[i] = rows.length
        gathered.add(rows)
      }
      return { ...gathered.take(), found }
    },
    revisions: (register: RegisterId, hour: Instant): PackedHours => {
      const gathered = gatherHours()
      gathered.add(ask(revisions, register, hour / HOUR_MS))
      return gathered.take()
    },
  }
}

const prepareEmissionsReader = (db: DatabaseSync) => {
  const run = prepareArrays(
    db,
    'SELECT * FROM emission WHERE register = ? AND hour >= ? AND hour < ? ORDER BY hour, scope, method',
  )
  const revisions = prepareArrays(
    db,
    `SELECT * FROM emission WHERE register = ?1 AND hour = ?2
      UNION ALL SELECT * FROM emission_past WHERE register = ?1 AND hour = ?2 ORDER BY hourRevision, scope, method`,
  )
  const factorNames = prepareArrays(db, 'SELECT id, name FROM factor')
  /** Ids are small and dense, so they serve as indices. */
  const take = (numbers: Numbers): PackedEmissions => {
    const factors: string[] = []
    for (const [id, name] of factorNames.all() as unknown as readonly (readonly [number, string])[]) factors[id] = name
    return { emissions: numbers.take(), factors }
  }
  const gather = (asked: Iterable<readonly unknown[]>): PackedEmissions => {
    const numbers = gatherNumbers()
    let count = 0
    for (const rows of asked) {
      for (const row of rows) pushRow(numbers, row as readonly unknown[], EMISSION_WIDTH)
      count += rows.length
      checkSize(count)
    }
    return take(numbers)
  }
  return {
    runs: (ids: readonly RegisterId[], { from, until }: Period): PackedEmissions =>
      gather(ids.map((id) => run.all(id, from, until))),
    revisions: (id: RegisterId, hour: Instant): PackedEmissions => gather([revisions.all(id, hour / HOUR_MS)]),
  }
}

export const prepareFiguresReader = (db: DatabaseSync): FiguresReader => {
  const hours = prepareHoursReader(db)
  const emissions = prepareEmissionsReader(db)
  return {
    hours: (ids, period) => {
      const { from, until } = hoursIn(period)
      return hours.runs(ascending(ids).map((register) => ({ register, from, until })))
    },
    hoursOf: (runs) =>
      hours.runs(
        Array.from({ length: runs.length / 3 }, (_, i) => {
          const [register, from, until] = runs.subarray(i * 3) as unknown as [number, number, number]
          return { register, ...hoursIn({ from, until }) }
        }),
      ),
    hoursBefore: (places) => hours.before(places),
    revisions: (id, hour) => hours.revisions(id, hour),
    emissions: (ids, period) => emissions.runs(ascending(ids), hoursIn(period)),
    emissionRevisions: (id, hour) => emissions.revisions(id, hour),
  }
}
