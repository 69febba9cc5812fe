// Which readings of a register count, and what passed from each to the next: the running total, step by step.

import { assert } from './assert.ts'
import type { Carry, HourEvent } from './hour.ts'
import { HOUR_MS, type Instant } from './instant.ts'
import type { CumulativeRegister } from './register.ts'
import { step, type Step } from './step.ts'

/** What passed between two neighbouring readings that count. */
export type CountedStep = {
  readonly from: Carry
  readonly to: Carry
  readonly kind: 'advance' | 'rollover' | 'reset'
  /** Real base units; for a reset the least that passed. */
  readonly amount: number
}

export type Counted = {
  /** Without a hole: each starts where the one before it ended. */
  readonly steps: readonly CountedStep[]
  readonly events: readonly { readonly at: Instant; readonly kind: HourEvent }[]
  /** Where counting starts: the carry, or the first reading that counts. Absent when none does yet. */
  readonly start: Carry | undefined
}

/**
 * How long a fallen register may stand still before its reset is believed without having climbed. A gateway that
 * says 0 for "no answer" is usually repaired within a day.
 */
export const FALL_OPEN_MS = 24 * HOUR_MS
/** The same as a number of readings, one a minute, so that a mad meter cannot make us look at each reading thousands of times. */
export const FALL_OPEN_READINGS = 1_440

/**
 * Walks the readings from the carry. Dips and implausible readings do not count: the next step starts from the last
 * one that did. Two verdicts wait for what follows, so that they are the same whenever they are made:
 * - A fall that looks like a reset is a reset once a reading climbs from it (or after `FALL_OPEN_MS` or `FALL_OPEN_READINGS`); if instead a
 *   reading continues from the level before, what lay between was a glitch and does not count. While neither
 *   has come the fall is open, and nothing from it on counts yet.
 * - Without a carry, the first reading counts if one of the two after it follows plausibly from there.
 * Each verdict depends on the last counted reading and on later ones only: that is why a carry is enough to go on from.
 */
export const countReadings = (
  carry: Carry | undefined,
  readings: readonly Carry[],
  register: CumulativeRegister,
): Counted => {
  assertInOrder(carry, readings)
  const steps: CountedStep[] = []
  const events: { at: Instant; kind: HourEvent }[] = []
  const begin = carry === undefined ? beginning(readings, register) : { index: -1, counts: false }
  const start = carry ?? (begin.counts ? readings[begin.index] : undefined)
  const uncount = (until: number, from: number) => {
    for (const { at } of readings.slice(from, until)) events.push({ at, kind: 'implausible' })
  }
  uncount(Math.max(begin.index, 0), 0)
  let last = start
  for (let index = begin.index + 1; last !== undefined && index < readings.length; index += 1) {
    const to = readings[index] as Carry
    const seen = step(last, to, register)
    if (seen.kind === 'dip' || seen.kind === 'implausible') {
      events.push({ at: to.at, kind: seen.kind })
      continue
    }
    if (seen.kind === 'reset') {
      const fall = judgeFall(last, readings, { index, register })
      if (fall.kind === 'open') break
      if (fall.kind === 'glitch') {
        uncount(fall.until, index)
        index = fall.until - 1
        continue
      }
    }
    if (seen.kind !== 'advance') events.push({ at: to.at, kind: seen.kind })
    steps.push({ from: last, to, kind: seen.kind, amount: amountOf(seen) })
    last = to
  }
  return { steps, events, start }
}

type Begin = { readonly index: number; readonly counts: boolean }
type Fall = { readonly kind: 'reset' | 'open' } | { readonly kind: 'glitch'; readonly until: number }

/** Whether a fall at `index` from `level` was a reset, a glitch until a later index, or cannot be told yet. */
const judgeFall = (
  level: Carry,
  readings: readonly Carry[],
  { index, register }: { readonly index: number; readonly register: CumulativeRegister },
): Fall => {
  const low = readings[index] as Carry
  for (let later = index + 1; later < readings.length; later += 1) {
    const reading = readings[later] as Carry
    const fromLevel = step(level, reading, register).kind
    if (fromLevel === 'advance' || fromLevel === 'dip') return { kind: 'glitch', until: later }
    const fromLow = step(low, reading, register)
    if (fromLow.kind === 'advance' && fromLow.amount > 0) return { kind: 'reset' }
    if (reading.at - low.at >= FALL_OPEN_MS || later - index >= FALL_OPEN_READINGS) return { kind: 'reset' }
  }
  return { kind: 'open' }
}

/**
 * The first reading that one of the two after it follows plausibly; those before it do not count. While that cannot be
 * told, `counts` is false and `index` the reading in question.
 */
const beginning = (readings: readonly Carry[], register: CumulativeRegister): Begin => {
  const follows = (from: number, to: number): boolean =>
    step(readings[from] as Carry, readings[to] as Carry, register).kind !== 'implausible'
  let index = 0
  for (; index + 1 < readings.length; index += 1) {
    if (follows(index, index + 1)) return { index, counts: true }
    if (index + 2 >= readings.length) break
    if (follows(index, index + 2)) return { index, counts: true }
  }
  return { index, counts: false }
}

const amountOf = (seen: Exclude<Step, { kind: 'dip' | 'implausible' }>): number =>
  seen.kind === 'reset' ? seen.atLeast : seen.amount

const assertInOrder = (carry: Carry | undefined, readings: readonly Carry[]): void => {
  let before = carry?.at ?? -Infinity
  for (const { at } of readings) {
    assert(at > before, `readings out of order: ${before} then ${at}`)
    before = at
  }
}
