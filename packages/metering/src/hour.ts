// The figure of an hour: how much passed a register between two full hours, and how we know.

import type { Instant } from './instant.ts'
import type { RegisterId } from './register.ts'

/** How a value came about, best first. */
export type Quality = 'measured' | 'interpolated' | 'estimated' | 'edited' | 'missing'

/** The last reading that counted: where a register stood, in base units as shown. */
export type Carry = { readonly at: Instant; readonly value: number }

/** What befell a register within an hour, beyond an ordinary advance. */
export type HourEvent = 'rollover' | 'reset' | 'dip' | 'implausible'

/** The parts of an amount by how they are known, in real base units; they add up to the amount exactly. */
export type Shares = {
  readonly measured: number
  readonly interpolated: number
  readonly estimated: number
  readonly edited: number
}

export type HourFigure = {
  readonly registerId: RegisterId
  /** Start of the hour. */
  readonly hour: Instant
  /** Integer, real base units (multiplier applied). */
  readonly amount: number
  readonly shares: Shares
  /** The worst quality that went in; `missing` when a part of the hour is not covered. */
  readonly quality: Quality
  /** The part of the hour, in milliseconds, about which nothing is known yet (0 … 3 600 000). */
  readonly missingMs: number
  readonly events: readonly HourEvent[]
  /** The last counted reading at or before the hour's end; the next hour starts from it. Absent before the first reading. */
  readonly carry?: Carry
}

const WORST_LAST: readonly Quality[] = ['measured', 'interpolated', 'estimated', 'edited', 'missing']

/** The worse of two qualities, in the order in which `Quality` names them. */
export const qualityWorst = (a: Quality, b: Quality): Quality =>
  WORST_LAST.indexOf(a) >= WORST_LAST.indexOf(b) ? a : b
