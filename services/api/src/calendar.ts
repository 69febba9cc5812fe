// The calendar, for people: where local days and months begin, as edges between UTC hours. A local day may have 23, 24 or 25.

import { HOUR_MS, type Instant, type Period } from '@parkpulse/metering'
import type { Zone } from './zone.ts'

export type Interval = 'hour' | 'day' | 'month'

/**
 * The edges that cut a period of whole hours into hours, local days or local months: ascending, the period's two ends
 * first and last, so the first and last stretch may be part of a day or month. Where a zone's midnight is not on a
 * full UTC hour (India), an hour belongs to the day in which it begins.
 */
export function edgesOf(period: Period, interval: Interval, zone: Zone): readonly Instant[] {
  const edges: Instant[] = []
  for (let at = period.from; at < period.until; at = nextEdge(at, interval, zone)) edges.push(at)
  edges.push(period.until)
  return edges
}

/** How many stretches a period has at most: for limits, before any of them is worked out. */
export const stretchesAtMost = (period: Period, interval: Interval): number =>
  Math.ceil((period.until - period.from) / SHORTEST_MS[interval]) + 1

const SHORTEST_MS = { hour: HOUR_MS, day: 23 * HOUR_MS, month: (28 * 24 - 1) * HOUR_MS } as const

function nextEdge(at: Instant, interval: Interval, zone: Zone): Instant {
  if (interval === 'hour') return at + HOUR_MS
  const local = new Date(at + zone.offsetMs(at))
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()]
  const midnight = interval === 'day' ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1, 1)
  return firstHourAtOrAfter(midnight, zone)
}

/** No zone has moved its clock by more than this in one step since the hour counts began. */
const CLOCK_STEP_HOURS_MAX = 3

/** The first full UTC hour whose local time is not before `localMs` (local time written as if it were UTC). */
function firstHourAtOrAfter(localMs: number, zone: Zone): Instant {
  const guess = localMs - zone.offsetMs(localMs - zone.offsetMs(localMs))
  let hour = Math.ceil(guess / HOUR_MS) * HOUR_MS - CLOCK_STEP_HOURS_MAX * HOUR_MS
  while (hour + zone.offsetMs(hour) < localMs) hour += HOUR_MS
  return hour
}
