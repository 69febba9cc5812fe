// Whether an hour that waits may be closed now.

import { HOUR_MS, type Instant } from '@parkpulse/metering'
import type { LastWord } from './spoken.ts'

export type Patience = {
  /** How long after its end an hour waits for a register that has not spoken past it. */
  readonly settleMs: number
  /** A register that brought something just now is in the middle of delivering: its unfinished hour waits this long. */
  readonly quietMs: number
}

/**
 * Longer than the pauses within a delivery (a back-fill is read in pages of some milliseconds), short against the
 * settling time. Without it the hour at the edge of a back-fill would be closed, half full, at each tick.
 */
export const QUIET_MS = 5_000

/**
 * An hour is ready when it is over, and its register has measured at or past its end, or the settling time has passed and
 * nothing arrives from that register right now. Monotone in the hour: when one is ready, so are those before it.
 */
export function isReady(hour: Instant, last: LastWord | undefined, { now, patience }: Moment): boolean {
  const end = hour + HOUR_MS
  if (now < end) return false
  if (last !== undefined && last.at >= end) return true
  const isQuiet = last === undefined || now >= last.receivedAt + patience.quietMs
  return isQuiet && now >= end + patience.settleMs
}

export type Moment = { readonly now: Instant; readonly patience: Patience }
