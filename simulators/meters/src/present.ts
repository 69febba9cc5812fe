// The simulator's present: real time, or a past that is lived through faster until it has caught up with real time.

import type { Clock } from '@parkpulse/host'
import type { Instant } from '@parkpulse/metering'
import type { Options } from './options.ts'

export type Present = { now(): Instant }

/** At `speed` 1, the clock itself. Else it starts at `from` and runs `speed` times as fast, never ahead of the clock. */
export function presentOf(clock: Clock, speed: number, from: Instant): Present {
  if (speed === 1) return clock
  const began = clock.now()
  return { now: () => Math.min(clock.now(), from + (clock.now() - began) * speed) }
}

export type Beginning = {
  /** Where the past that is to be filled, or lived through, begins. */
  readonly from: Instant
  readonly present: Present
  /** From here on meters read themselves; what lies between is filled by gateways. */
  readonly liveFrom: Instant
}

export type BeginningOptions = {
  readonly options: Pick<Options, 'speed' | 'backfillHours'>
  readonly clock: Clock
  /** Up to when the installation has everything, as far as we know. */
  readonly known: () => Promise<Instant | undefined>
}

/** Goes on where the installation's knowledge ends, but not further back than was asked for. */
export async function findBeginning({ options, clock, known }: BeginningOptions): Promise<Beginning> {
  const knownUntil = await known()
  const now = clock.now()
  const earliest = now - options.backfillHours * 3_600_000
  const from = Math.min(now, Math.max(earliest, knownUntil ?? earliest))
  return { from, present: presentOf(clock, options.speed, from), liveFrom: options.speed === 1 ? now : from }
}
