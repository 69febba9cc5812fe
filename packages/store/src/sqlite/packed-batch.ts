// A batch as it crosses from ingestion's thread to the writer's: numbers in one buffer that is handed over, places by number.

import { HOUR_MS, type Reading } from '@parkpulse/metering'
import type { AcceptedReadings, IngestBatch, LedgerPlace, Refusal, Rejection } from '../ports.ts'
import { StoreError } from '../store-error.ts'

/** Register, at, value, position. */
export const READING_WIDTH = 4
/** Place, received at, count. */
export const GROUP_WIDTH = 3

/** Instants lie below hour 2^21 (the year 2209), registers below 2^32: hour and register together fit 53 bits. */
export const AT_END = 2 ** 21 * HOUR_MS
export const REGISTER_MAX = 2 ** 32 - 1

/** Places whose number is remembered. 84 000 meters fit; beyond, start over, which costs a few milliseconds. */
const PLACES_MAX = 200_000

export type PackedBatch = {
  readonly upTo: number
  readonly receivedAt: number
  readonly readings: Float64Array<ArrayBuffer>
  readonly groups: Float64Array<ArrayBuffer>
  /** The receiver keeps the first `placesFrom` names that it was told and appends these. */
  readonly placesFrom: number
  readonly places: readonly LedgerPlace[]
  readonly rejections: readonly Rejection[]
  readonly refusals: readonly Refusal[]
  readonly replayed: readonly number[]
  readonly givenUp: readonly number[]
}

const isInstant = (at: number): boolean => Number.isInteger(at) && at >= 0 && at < AT_END

const isReading = ({ registerId, at, value, position }: Reading): boolean =>
  Number.isInteger(registerId) &&
  registerId > 0 &&
  registerId <= REGISTER_MAX &&
  isInstant(at) &&
  Number.isFinite(value) &&
  Number.isSafeInteger(position)

const refuse = (what: unknown): never => {
  throw new StoreError('STORE_BAD_INPUT', `not to be stored: ${JSON.stringify(what)}`)
}

const packReadings = (accepted: readonly AcceptedReadings[], count: number): Float64Array<ArrayBuffer> => {
  const packed = new Float64Array(count * READING_WIDTH)
  let i = 0
  for (const group of accepted) {
    for (const reading of group.readings) {
      if (!isReading(reading)) refuse(reading)
      packed[i] = reading.registerId
      packed[i + 1] = reading.at
      packed[i + 2] = reading.value
      packed[i + 3] = reading.position
      i += READING_WIDTH
    }
  }
  return packed
}

/** Packs batches, remembering which places the receiver was told already. */
export const createPacker = (): ((batch: IngestBatch) => PackedBatch) => {
  const numbers = new Map<LedgerPlace, number>()
  const numberOf = (place: LedgerPlace, news: LedgerPlace[]): number => {
    const known = numbers.get(place)
    if (known !== undefined) return known
    numbers.set(place, numbers.size)
    news.push(place)
    return numbers.size - 1
  }
  return (batch) => {
    if (!Number.isSafeInteger(batch.upTo) || batch.upTo < 0 || !isInstant(batch.receivedAt)) refuse(batch.upTo)
    let count = 0
    for (const group of batch.accepted) count += group.readings.length
    const readings = packReadings(batch.accepted, count)
    if (numbers.size > PLACES_MAX) numbers.clear()
    const placesFrom = numbers.size
    const places: LedgerPlace[] = []
    const groups = new Float64Array(batch.accepted.length * GROUP_WIDTH)
    let i = 0
    for (const group of batch.accepted) {
      groups[i] = numberOf(group.place, places)
      groups[i + 1] = group.receivedAt
      groups[i + 2] = group.readings.length
      i += GROUP_WIDTH
    }
    const { upTo, receivedAt, rejections, refusals, replayed, givenUp = [] } = batch
    return { upTo, receivedAt, readings, groups, placesFrom, places, rejections, refusals, replayed, givenUp }
  }
}
