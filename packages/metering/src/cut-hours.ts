// Cuts the running total of a register into hours, so that the hours of any period add up to its total difference.

import { assert } from './assert.ts'
import { countReadings, type Counted, type CountedStep } from './count-readings.ts'
import { qualityWorst, type Carry, type HourEvent, type HourFigure, type Quality } from './hour.ts'
import { HOUR_MS, type Instant, type Period } from './instant.ts'
import type { Reading } from './reading.ts'
import type { CumulativeRegister } from './register.ts'

/**
 * Beyond this distance between two readings, what is cut between them is estimated rather than interpolated: an hour,
 * which is the usual rhythm of the slowest loggers, and five minutes for the trembling of their clocks. Linear
 * interpolation is accepted up to one hour in some rules of validating, estimating and editing (VEE) and two in others; we take the stricter.
 */
export const GAP_MS = HOUR_MS + 5 * 60_000

export type CutInput = {
  readonly register: CumulativeRegister
  /** The last counted reading at or before `period.from`; absent when nothing counted before. */
  readonly carry?: Carry
  /**
   * All readings after the carry (without a carry: from the register's first one on), in order, through at least the
   * first counted one at or after `period.until`, where it exists. One that is not enough shows as `missingMs` in
   * the last hour: with more readings the answer may be better, with still more it never changes again.
   */
  readonly readings: readonly Reading[]
  /** Whole hours. */
  readonly period: Period
}

/**
 * The figures of all hours of a period. An hour depends on: the last counted reading at or before its start,
 * the readings from there to its end, the first counted reading at or after its end, and, where
 * the register fell, the readings up to the one that settles the fall (at most `FALL_OPEN_MS` and one reading later).
 *
 * What lies wholly inside an hour is `measured`, however far apart its readings are: the register's difference is
 * exact. What is cut at a full hour is `interpolated`, beyond `GAP_MS` `estimated`. A reset's amount is the least
 * that passed, and `estimated`. An event belongs to the hour in which the reading lies that showed it; a reading on
 * the full hour ends the hour before it.
 */
export const cutHours = ({ register, carry, readings, period }: CutInput): readonly HourFigure[] => {
  assert(isWhole(period.from) && isWhole(period.until) && period.from <= period.until, 'a period of whole hours')
  assert(carry === undefined || carry.at <= period.from, 'the carry lies at or before the period')
  const counted = countReadings(carry, readings, register)
  const sheets = Array.from({ length: (period.until - period.from) / HOUR_MS }, () => emptySheet())
  for (const counts of counted.steps) book(counts, sheets, period)
  noteEvents(counted, sheets, period)
  noteCarries(counted, sheets, period)
  return sheets.map((sheet, index) => figure(sheet, register, period.from + index * HOUR_MS))
}

/** What is gathered about an hour while the steps are walked. */
type Sheet = {
  measured: number
  interpolated: number
  estimated: number
  quality: Quality
  coveredMs: number
  events: HourEvent[]
  carry: Carry | undefined
}

const emptySheet = (): Sheet => ({
  measured: 0,
  interpolated: 0,
  estimated: 0,
  quality: 'measured',
  coveredMs: 0,
  events: [],
  carry: undefined,
})

const book = (counts: CountedStep, sheets: readonly Sheet[], { from, until }: Period): void => {
  const end = Math.min(counts.to.at, until)
  for (let hour = startOfHour(Math.max(counts.from.at, from)); hour < end; hour += HOUR_MS) {
    const sheet = sheets[(hour - from) / HOUR_MS] as Sheet
    const begins = Math.max(hour, counts.from.at)
    const ends = Math.min(hour + HOUR_MS, counts.to.at)
    const known = howKnown(counts, ends - begins)
    sheet[known] += totalAt(counts, ends) - totalAt(counts, begins)
    sheet.quality = qualityWorst(sheet.quality, known)
    sheet.coveredMs += ends - begins
  }
}

/** What of a step had passed at an instant within it. Both neighbouring hours ask this, so nothing is lost between them. */
const totalAt = ({ from, to, amount }: CountedStep, at: Instant): number =>
  at >= to.at ? amount : Math.round(amount * ((at - from.at) / (to.at - from.at)))

const howKnown = ({ from, to, kind }: CountedStep, partMs: number): 'measured' | 'interpolated' | 'estimated' => {
  if (kind === 'reset') return 'estimated'
  if (partMs === to.at - from.at) return 'measured'
  return to.at - from.at <= GAP_MS ? 'interpolated' : 'estimated'
}

const noteEvents = ({ events }: Counted, sheets: readonly Sheet[], { from }: Period): void => {
  for (const { at, kind } of events) {
    const sheet = sheets[Math.ceil((at - from) / HOUR_MS) - 1]
    if (sheet !== undefined && !sheet.events.includes(kind)) sheet.events.push(kind)
  }
}

const noteCarries = ({ start, steps }: Counted, sheets: readonly Sheet[], { from }: Period): void => {
  let last = start
  let next = 0
  for (const [index, sheet] of sheets.entries()) {
    const end = from + (index + 1) * HOUR_MS
    for (let to = steps[next]?.to; to !== undefined && to.at <= end; to = steps[next]?.to) {
      last = to
      next += 1
    }
    if (last !== undefined && last.at <= end) sheet.carry = { at: last.at, value: last.value }
  }
}

const figure = (sheet: Sheet, register: CumulativeRegister, hour: Instant): HourFigure => {
  const { measured, interpolated, estimated, coveredMs, carry } = sheet
  return {
    registerId: register.id,
    hour,
    amount: measured + interpolated + estimated,
    shares: { measured, interpolated, estimated, edited: 0 },
    quality: coveredMs < HOUR_MS ? 'missing' : sheet.quality,
    missingMs: HOUR_MS - coveredMs,
    events: sheet.events,
    ...(carry === undefined ? {} : { carry }),
  }
}

const isWhole = (at: Instant): boolean => at % HOUR_MS === 0
const startOfHour = (at: Instant): Instant => at - (at % HOUR_MS)
