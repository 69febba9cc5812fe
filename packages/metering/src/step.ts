// The one step of a register, from one reading to a later one: what happened in between, and how much passed.

import { assert } from './assert.ts'
import type { Carry } from './hour.ts'
import { HOUR_MS, type Instant } from './instant.ts'
import type { CumulativeRegister } from './register.ts'

/** What happened between two readings. Amounts are integers in real base units (multiplier applied). */
export type Step =
  /** The ordinary case, standing still included. */
  | { readonly kind: 'advance'; readonly amount: number }
  /** It passed its capacity and went on from zero. Nothing is lost. */
  | { readonly kind: 'rollover'; readonly amount: number }
  /** It started again from zero: what it shows now passed since, what passed before that is lost. */
  | { readonly kind: 'reset'; readonly atLeast: number }
  /** It trembled back by no more than its resolution. The later reading does not count. */
  | { readonly kind: 'dip' }
  /** More than the connection can carry, or a fall that is neither rollover nor reset. `amount` is what it claims, negative for a fall. */
  | { readonly kind: 'implausible'; readonly amount: number }

/**
 * Judges the step from one counted reading to a later one, in this order:
 * back by at most the resolution is a dip; forward within what the connection can carry is an advance; a fall whose way
 * through the capacity is the shorter way round and can be carried is a rollover; a fall to a value that can have
 * passed since a restart is a reset; everything else is implausible.
 * Source of the rules: metering practice (VEE): difference check against rated power × time × 1.1, which `mostPerHour`
 * holds; rollover near the capacity only; a step back by one digit is rounding or rereading.
 * Throws when `to` is not later than `from`: readings of one register at one instant are one reading.
 */
export const step = (from: Carry, to: Carry, register: CumulativeRegister): Step => {
  assert(to.at > from.at, `a step must go forward in time: ${from.at} → ${to.at}`)
  const { capacity, resolution } = register
  const claimed = real(to.value, register) - real(from.value, register)
  if (to.value < 0 || to.value >= capacity) return { kind: 'implausible', amount: claimed }
  if (isDip(from.value - to.value, register)) return { kind: 'dip' }
  const most = carriedAtMost(to.at - from.at, register)
  if (to.value >= from.value) return { kind: claimed <= most ? 'advance' : 'implausible', amount: claimed }
  const around = real(capacity, register) + claimed
  const isShorterWay = capacity - from.value + to.value <= (capacity + resolution) / 2
  if (from.value < capacity && isShorterWay && around <= most) return { kind: 'rollover', amount: around }
  const sinceRestart = real(to.value, register)
  return sinceRestart <= most ? { kind: 'reset', atLeast: sinceRestart } : { kind: 'implausible', amount: claimed }
}

/**
 * What a shown value is in real base units. The total is rounded, never the difference, so that the steps of a fractional
 * multiplier add up without drift. Where a total exceeds 2^53 it is exact to the 16th digit, and still adds up.
 */
const real = (shown: number, register: CumulativeRegister): number => Math.round(shown * register.multiplier)

/** What can have passed in a time; one step of the display more, since a display shows whole steps only. */
const carriedAtMost = (elapsedMs: Instant, register: CumulativeRegister): number =>
  (register.mostPerHour * elapsedMs) / HOUR_MS + register.resolution * register.multiplier

/** A step back by at most the resolution; also over the edge, when it trembles just after a rollover. */
const isDip = (back: number, { resolution, capacity }: CumulativeRegister): boolean =>
  (back > 0 && back <= resolution) || (back < 0 && back + capacity <= resolution)
