// Faults to survive: meters that fall silent, deliver late, send twice or start again from zero. Off unless asked for; drawn
// from the same seed as everything else, so that a run with faults can be had again.

import type { Instant } from '@parkpulse/metering'
import { EPOCH } from './calendar.ts'
import { uniform } from './chance.ts'
import { flowAt } from './flow.ts'
import type { SimulatedMeter } from './park.ts'

export type Faults = {
  /** Whether the meter is off: what it would have shown is never sent. Its register counts on. */
  silent(meter: SimulatedMeter, at: Instant): boolean
  /** When a reading measured at `at` is sent; `at` itself for an ordinary one. */
  sentAt(meter: SimulatedMeter, at: Instant): Instant
  /** Whether a message is sent a second time. */
  doubled(meter: SimulatedMeter, at: Instant): boolean
  /** What had passed when the register was last set to zero; undefined when it never was. */
  resetTotal(meter: SimulatedMeter, at: Instant): number | undefined
}

export const noFaults: Faults = {
  silent: () => false,
  sentAt: (_, at) => at,
  doubled: () => false,
  resetTotal: () => undefined,
}

/** A stretch of trouble: in each period of `everyMs` there is one with this likelihood, somewhere within it. */
type Trouble = {
  readonly everyMs: number
  readonly likelihood: number
  readonly lengthMs: number
  readonly salt: number
}

const SILENCE: Trouble = { everyMs: 86_400_000, likelihood: 0.06, lengthMs: 5_400_000, salt: 301 }
const LATENESS: Trouble = { everyMs: 21_600_000, likelihood: 0.08, lengthMs: 1_800_000, salt: 302 }
const RESET: Trouble = { everyMs: 7 * 86_400_000, likelihood: 0.05, lengthMs: 0, salt: 303 }
const DOUBLED_SHARE = 0.01

export const someFaults: Faults = {
  silent: (meter, at) => stretchAround(SILENCE, meter.seed, at) !== undefined,
  sentAt: (meter, at) => stretchAround(LATENESS, meter.seed, at)?.until ?? at,
  doubled: (meter, at) => uniform(meter.seed + 304, Math.floor(at / 1_000)) < DOUBLED_SHARE,
  resetTotal: (meter, at) => {
    const reset = lastReset(meter, at)
    return reset === undefined ? undefined : flowAt(meter, reset).total
  },
}

function stretchAround(trouble: Trouble, seed: number, at: Instant): { from: Instant; until: Instant } | undefined {
  const from = beginOf(trouble, seed, Math.floor(at / trouble.everyMs))
  if (from === undefined || at < from || at >= from + trouble.lengthMs) return undefined
  return { from, until: from + trouble.lengthMs }
}

function beginOf({ everyMs, likelihood, lengthMs, salt }: Trouble, seed: number, period: number): Instant | undefined {
  if (uniform(seed + salt, period, 1) >= likelihood) return undefined
  return period * everyMs + Math.floor((everyMs - lengthMs) * uniform(seed + salt, period, 2))
}

function lastReset(meter: SimulatedMeter, at: Instant): Instant | undefined {
  for (let week = Math.floor(at / RESET.everyMs); week * RESET.everyMs > EPOCH; week -= 1) {
    const reset = beginOf(RESET, meter.seed, week)
    if (reset !== undefined && reset <= at) return reset
  }
  return undefined
}
