// Reads the ledger.

import type { DatabaseSync } from 'node:sqlite'
import { HOUR_MS, type Period } from '@parkpulse/metering'
import type { LedgerPlace } from '../ports.ts'
import { StoreError } from '../store-error.ts'
import { inSnapshot } from './database.ts'
import { gatherNumbers } from './numbers.ts'
import { FATES } from './write-ledger.ts'

/** Index of the place, hour, received, then the fates. */
export const LEDGER_WIDTH = 3 + FATES.length

/** Lines in one answer: a day of 20 000 meters, 35 MB. Beyond, an error says so rather than an answer that looks complete. */
export const LEDGER_LINES_MAX = 500_000

/** Up to so many places each hour is looked up by key (2 µs); beyond, the hours are read whole (0.3 µs a line). */
const PLACES_BY_KEY_MAX = 50

export type PackedLedger = { readonly places: readonly LedgerPlace[]; readonly lines: Float64Array<ArrayBuffer> }

export type LedgerReader = (place: LedgerPlace, period: Period) => PackedLedger

type Line = readonly number[]
type Place = { readonly id: number; readonly name: string }

const COLUMNS = `l.place, l.hour, l.received, ${FATES.map((fate) => `l.${fate}`).join(', ')}`

const pack = (places: readonly Place[], lines: readonly Line[]): PackedLedger => {
  const indices = new Map(places.map(({ id }, index) => [id, index]))
  const found = lines.flatMap((line) => {
    const index = indices.get(line[0] as number)
    return index === undefined ? [] : [{ index, line }]
  })
  found.sort((a, b) => (a.line[1] as number) - (b.line[1] as number) || a.index - b.index)
  const numbers = gatherNumbers()
  for (const { index, line } of found) numbers.push(index, (line[1] as number) * HOUR_MS, ...line.slice(2))
  return { places: places.map(({ name }) => name), lines: numbers.take() }
}

export const prepareLedgerReader = (db: DatabaseSync): LedgerReader => {
  const all = db.prepare('SELECT id, name FROM place ORDER BY name')
  const below = db.prepare(
    "SELECT id, name FROM place WHERE name = :place OR (name > :place || '/' AND name < :place || '0') ORDER BY name",
  )
  const extent = db.prepare('SELECT (SELECT min(hour) FROM ledger) AS first, (SELECT max(hour) FROM ledger) AS last')
  const byKey =
    db.prepare(`WITH RECURSIVE hours(hour) AS (SELECT ?1 UNION ALL SELECT hour + 1 FROM hours WHERE hour < ?2)
    SELECT ${COLUMNS} FROM hours CROSS JOIN ledger l ON l.hour = hours.hour AND l.place = ?3`)
  const whole = db.prepare(`SELECT ${COLUMNS} FROM ledger l WHERE l.hour BETWEEN ? AND ? LIMIT ?`)
  byKey.setReturnArrays(true)
  whole.setReturnArrays(true)

  const read = (place: LedgerPlace, { from, until }: Period): PackedLedger => {
    const places = (place === '' ? all.all() : below.all({ place })) as unknown as readonly Place[]
    const { first, last } = extent.get() as { first: number | null; last: number | null }
    if (first === null || last === null) return pack([], [])
    const low = Math.max(first, Math.ceil(from / HOUR_MS))
    const high = Math.min(last, Math.ceil(until / HOUR_MS) - 1)
    if (low > high) return pack([], [])
    const lines =
      places.length <= PLACES_BY_KEY_MAX
        ? places.flatMap(({ id }) => byKey.all(low, high, id) as unknown as readonly Line[])
        : (whole.all(low, high, LEDGER_LINES_MAX + 1) as unknown as readonly Line[])
    if (lines.length > LEDGER_LINES_MAX) {
      throw new StoreError('STORE_BAD_INPUT', `more than ${LEDGER_LINES_MAX} lines: ask for a shorter period`)
    }
    return pack(places, lines)
  }
  return (place, period) => inSnapshot(db, () => read(place, period))
}
