// The order in which a batch's readings go into the table: by hour, register, instant and arrival.

import { HOUR_MS } from '@parkpulse/metering'
import { READING_WIDTH } from './packed-batch.ts'

const registerAt = (readings: Float64Array, i: number): number => readings[i * READING_WIDTH] as number
const instantAt = (readings: Float64Array, i: number): number => readings[i * READING_WIDTH + 1] as number
const hourAt = (readings: Float64Array, i: number): number => Math.floor(instantAt(readings, i) / HOUR_MS)

/** Sorts `order` from `from` to `until` by instant; equal instants stay in order of arrival. */
const sortByInstant = (readings: Float64Array, order: Uint32Array, from: number, until: number): void => {
  let sorted = true
  for (let k = from + 1; k < until && sorted; k += 1)
    sorted = instantAt(readings, order[k - 1] as number) <= instantAt(readings, order[k] as number)
  if (!sorted) order.subarray(from, until).sort((a, b) => instantAt(readings, a) - instantAt(readings, b) || a - b)
}

/** By hour, register and arrival in one number where that fits 53 bits: sorting numbers is ten times as fast as comparing by function. */
const sortByPlace = (readings: Float64Array, count: number): Uint32Array => {
  let hourLow = Infinity
  let hourHigh = 0
  let registerHigh = 0
  for (let i = 0; i < count; i += 1) {
    const hour = hourAt(readings, i)
    if (hour < hourLow) hourLow = hour
    if (hour > hourHigh) hourHigh = hour
    registerHigh = Math.max(registerHigh, registerAt(readings, i))
  }
  const registers = registerHigh + 1
  if ((hourHigh - hourLow + 1) * registers * count > Number.MAX_SAFE_INTEGER) {
    return Uint32Array.from({ length: count }, (_, i) => i).sort(
      (a, b) => hourAt(readings, a) - hourAt(readings, b) || registerAt(readings, a) - registerAt(readings, b) || a - b,
    )
  }
  const keys = new Float64Array(count)
  for (let i = 0; i < count; i += 1)
    keys[i] = ((hourAt(readings, i) - hourLow) * registers + registerAt(readings, i)) * count + i
  keys.sort()
  const order = new Uint32Array(count)
  for (let k = 0; k < count; k += 1) order[k] = (keys[k] as number) % count
  return order
}

/** Indices of readings by (hour, register, instant, arrival): neighbours in the table are written together. */
export const storageOrder = (readings: Float64Array): Uint32Array => {
  const count = readings.length / READING_WIDTH
  const order = sortByPlace(readings, count)
  let from = 0
  for (let k = 1; k <= count; k += 1) {
    const first = order[from] as number
    const ends =
      k === count ||
      registerAt(readings, order[k] as number) !== registerAt(readings, first) ||
      hourAt(readings, order[k] as number) !== hourAt(readings, first)
    if (!ends) continue
    sortByInstant(readings, order, from, k)
    from = k
  }
  return order
}
