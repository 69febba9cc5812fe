// Puts a batch's readings into the table and tells of each whether it is new, a repetition or a conflict.

import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { HOUR_MS } from '@parkpulse/metering'
import { storageOrder } from './order.ts'
import { READING_WIDTH } from './packed-batch.ts'
import { prepareRows } from './rows.ts'

export const STORED = 0
export const REPEATED = 1
export const CONFLICTING = 2

/** A value that had to give way to the reading at `index`. */
export type Displaced = { readonly index: number; readonly valueBefore: number; readonly positionBefore: number }

export type Classified = {
  /** By index of arrival: STORED, REPEATED or CONFLICTING. */
  readonly kinds: Uint8Array
  readonly displaced: readonly Displaced[]
}

type Clash = { hour: number; register: number; ms: number; conflict: boolean; value: number; position: number }

const keyEquals = (readings: Float64Array, i: number, clash: Clash): boolean =>
  readings[i * READING_WIDTH] === clash.register && readings[i * READING_WIDTH + 1] === clash.hour * HOUR_MS + clash.ms

const sameKey = (readings: Float64Array, a: number, b: number): boolean =>
  readings[a * READING_WIDTH] === readings[b * READING_WIDTH] &&
  readings[a * READING_WIDTH + 1] === readings[b * READING_WIDTH + 1]

/**
 * Gives each clash to its reading. Clashes come in storage order, where equal keys are neighbours: of `m` neighbours either all clashed, or
 * all but the first, which was new.
 */
const attribute = (readings: Float64Array, order: Uint32Array, clashes: readonly Clash[]): Classified => {
  const kinds = new Uint8Array(order.length)
  const displaced: Displaced[] = []
  let next = 0
  for (let from = 0, until = 0; from < order.length && next < clashes.length; from = until) {
    const first = order[from] as number
    until = from + 1
    while (until < order.length && sameKey(readings, first, order[until] as number)) until += 1
    let last = next
    while (last < clashes.length && keyEquals(readings, first, clashes[last] as Clash)) last += 1
    for (let k = until - (last - next); k < until; k += 1, next += 1) {
      const index = order[k] as number
      const clash = clashes[next] as Clash
      kinds[index] = clash.conflict ? CONFLICTING : REPEATED
      if (clash.conflict) displaced.push({ index, valueBefore: clash.value, positionBefore: clash.position })
    }
  }
  return { kinds, displaced }
}

/**
 * Prepares the writing of readings. New rows cost one bound row each; SQLite calls `clash` only for a key that is there, and its answer
 * decides whether the row is replaced.
 */
export const prepareReadings = (db: DatabaseSync): ((readings: Float64Array) => Classified) => {
  let clashes: Clash[] = []
  db.function('clash', { varargs: true }, (...args: SQLInputValue[]) => {
    const [hour, register, ms, value, position, valueNow] = args as [number, number, number, number, number, number]
    const conflict = value !== valueNow
    clashes.push({ hour, register, ms, conflict, value, position })
    return conflict ? 1 : 0
  })
  const write = prepareRows(db, {
    into: 'reading(hour, register, ms, value, position)',
    width: 5,
    after: `ON CONFLICT DO UPDATE SET value = excluded.value, position = excluded.position
      WHERE clash(reading.hour, reading.register, reading.ms, reading.value, reading.position, excluded.value)`,
  })
  return (readings) => {
    clashes = []
    const order = storageOrder(readings)
    write(order.length, (args, from, row) => {
      const i = (order[row] as number) * READING_WIDTH
      const at = readings[i + 1] as number
      const hour = Math.floor(at / HOUR_MS)
      args[from] = hour
      args[from + 1] = readings[i] as number
      args[from + 2] = at - hour * HOUR_MS
      args[from + 3] = readings[i + 2] as number
      args[from + 4] = readings[i + 3] as number
    })
    return attribute(readings, order, clashes)
  }
}
