// How far to look for the figures of a run: from the last reading before it that nothing new can change, to where its end is known.

import {
  type Carry,
  type CumulativeRegister,
  FALL_OPEN_MS,
  FALL_OPEN_READINGS,
  HOUR_MS,
  type HourFigure,
  hourOf,
  type Instant,
  type Reading,
  step,
} from '@parkpulse/metering'
import type { HourRevision, HourRun } from '@parkpulse/store'

/** What is computed, which may begin before what was due; and how many readings after its end are asked for. */
export type Look = { readonly run: HourRun; readonly beyond: number }

/** Enough to cut the end, and to tell whether a first reading counts (two more), in the ordinary case. */
export const BEYOND_FIRST = 4
/** Enough to settle any fall: `FALL_OPEN_READINGS` and one that decides, and the ordinary ones. */
export const BEYOND_MOST = FALL_OPEN_READINGS + 1 + BEYOND_FIRST

/** A run with everything that was found for its look. */
export type OpenRun = {
  /** As it was due. */
  readonly due: HourRun
  readonly look: Look
  readonly register: CumulativeRegister
  /** Of its park. */
  readonly gridRegion: string
  /** The last stored hour before the look that has a carry. */
  readonly before: HourRevision | undefined
  /** Latest revisions from the look's beginning through the hour after its end. */
  readonly stored: readonly HourRevision[]
  /** After the carry, or from the register's first one on; then those beyond. */
  readonly readings: readonly Reading[]
  readonly figures: readonly HourFigure[]
}

/** A wider look where this one cannot be sure of its figures; undefined when it can. Always wider, so it comes to an end. */
export function lookAgain(open: OpenRun): Look | undefined {
  const { run, beyond } = open.look
  const from = Math.min(run.from, certainFrom(open))
  const further = isEndOpen(open) ? BEYOND_MOST : beyond
  if (from === run.from && further === beyond) return undefined
  return { run: { ...run, from }, beyond: further }
}

/** The last hour ends in the dark although there are more readings than were asked for. */
function isEndOpen({ look, readings, figures }: OpenRun): boolean {
  if (look.beyond >= BEYOND_MOST || figures.at(-1)?.missingMs === 0) return false
  return readings.filter((reading) => reading.at >= look.run.until).length >= look.beyond
}

/**
 * From which hour on the figures must be computed so that they are the same as in order. The stored carry before the run may
 * be built on only when what was due cannot have changed what it or the hour before it says:
 */
function certainFrom(open: OpenRun): Instant {
  const { before, readings, look, due } = open
  const [first] = readings
  // Nothing counted before: begin with the hour of the very first reading, which may count from now on.
  if (before?.carry === undefined) return first === undefined ? look.run.from : hourOf(first.at)
  // A reset is judged by what follows it.
  if (before.events.includes('reset')) return before.hour
  if (standsAfterMaybeReset(open, before)) return due.from - FALL_OPEN_MS - HOUR_MS
  // The first reading after the carry cuts all hours in between; when it is not in the run's first hour, or does not
  // count, these were cut towards another one.
  const cutsHere = first !== undefined && first.at < look.run.from + HOUR_MS && advances(before.carry, first, open)
  return cutsHere ? look.run.from : hourOf(before.carry.at)
}

/**
 * A restatement in a stretch of standing still: a reset up to a day before may have been judged by readings after this one.
 * (In order nothing is judged by what comes later and already there, so a first closing need not look.)
 */
function standsAfterMaybeReset({ stored, due, look }: OpenRun, before: HourRevision): boolean {
  const isRestatement = stored.some(({ hour }) => due.from <= hour && hour < due.until)
  return isRestatement && before.amount === 0 && look.run.from > due.from - FALL_OPEN_MS - HOUR_MS
}

function advances(carry: Carry, first: Reading, { register }: OpenRun): boolean {
  const { kind } = step(carry, first, register)
  return kind === 'advance' || kind === 'rollover'
}
