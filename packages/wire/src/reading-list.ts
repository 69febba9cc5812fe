// From JSON to values: a reading or a list of readings, item by item, value by value, each judged for itself.

import { isId, type Instant, type Quantity } from '@parkpulse/metering'
import { isFields, kindOf, pathOf, shown, type Fields } from './foreign.ts'
import { readInstant } from './instant-text.ts'
import type { RefusalCheck } from './outcome.ts'
import { readValue } from './value.ts'

/** A value with everything it needs but its register. */
export type DecodedValue = {
  readonly meter: string
  readonly quantity: Quantity
  /** Measured at. */
  readonly at: Instant
  /** Cumulative: integer in base units. Momentary: number in the field unit. */
  readonly value: number
}

/** A value that failed a check; `detail` names where it stood and what was wrong: `[3].values.active_power_kw: …`. */
export type RefusedValue = { readonly meter?: string; readonly check: RefusalCheck; readonly detail: string }

export type ReadingsOutcome =
  | { readonly kind: 'read'; readonly values: readonly DecodedValue[]; readonly refused: readonly RefusedValue[] }
  | {
      readonly kind: 'rejected'
      readonly reason: 'not-a-reading' | 'no-values' | 'too-many-readings'
      readonly detail: string
    }

type Origin = {
  /** Whose topic it came on; absent for a gateway, whose items name their meter. */
  readonly meter: string | undefined
  readonly receivedAt: Instant
  /** How many values, good or bad, a message may hold. */
  readonly max: number
}

type Gathered = { readonly values: DecodedValue[]; readonly refused: RefusedValue[] }

/** Time zero for meters: nothing of this house was built before. */
const FIRST_INSTANT: Instant = Date.UTC(2015, 0, 1)
/** How far a meter's clock may run ahead of ours. */
const AHEAD_MAX_MS = 10 * 60_000

/** All values of one reading, or of a list of them. */
export const readReadings = (json: unknown, origin: Origin): ReadingsOutcome => {
  const gathered: Gathered = { values: [], refused: [] }
  if (Array.isArray(json)) {
    if (json.length > origin.max) return tooMany(origin.max)
    for (let index = 0; index < json.length; index += 1) {
      readItem(json[index], index, { origin, gathered })
      if (gathered.values.length + gathered.refused.length > origin.max) return tooMany(origin.max)
    }
  } else {
    const problem = itemProblem(json)
    if (problem !== undefined) return { kind: 'rejected', ...problem }
    readItem(json, -1, { origin, gathered })
    if (gathered.values.length + gathered.refused.length > origin.max) return tooMany(origin.max)
  }
  if (gathered.values.length + gathered.refused.length === 0) {
    return { kind: 'rejected', reason: 'no-values', detail: 'an empty list' }
  }
  return { kind: 'read', ...gathered }
}

const tooMany = (max: number): ReadingsOutcome => ({
  kind: 'rejected',
  reason: 'too-many-readings',
  detail: `more than ${max} values`,
})

/** One item; `index` is −1 for a message that is a single reading. */
const readItem = (
  json: unknown,
  index: number,
  { origin, gathered }: { readonly origin: Origin; readonly gathered: Gathered },
): void => {
  const meter = meterOf(json, origin.meter)
  const problem = itemProblem(json)
  if (problem !== undefined) {
    const whose = typeof meter === 'string' ? { meter } : {}
    gathered.refused.push({ ...whose, check: problem.reason, detail: `${pathOf(index)}: ${problem.detail}` })
    return
  }
  const { at, values } = json as { at?: unknown; values: Fields }
  const instant = instantOf(at, origin.receivedAt)
  for (const key of Object.keys(values)) {
    const read = readValue(key, values[key])
    if (typeof meter !== 'string') gathered.refused.push(refusal(meter, [index, key]))
    else if (typeof instant !== 'number') gathered.refused.push({ meter, ...refusal(instant, [index, key]) })
    else if (read.kind === 'refused') gathered.refused.push({ meter, ...refusal(read, [index, key]) })
    else gathered.values.push({ meter, quantity: read.quantity, at: instant, value: read.value })
  }
}

type Problem = { readonly check: RefusalCheck; readonly detail: string }

const itemProblem = (json: unknown): { reason: 'not-a-reading' | 'no-values'; detail: string } | undefined => {
  if (!isFields(json))
    return { reason: 'not-a-reading', detail: `an object with values is expected, not ${kindOf(json)}` }
  const values = json['values']
  if (!isFields(values)) return { reason: 'not-a-reading', detail: `values must be an object, not ${kindOf(values)}` }
  for (const _ in values) return undefined
  return { reason: 'no-values', detail: 'values is empty' }
}

/** On a meter's topic it is that meter, and an item must not contradict; on a gateway's each item says. */
const meterOf = (json: unknown, ofTopic: string | undefined): string | Problem => {
  const named = isFields(json) ? json['meter'] : undefined
  if (ofTopic !== undefined) {
    if (named === undefined || named === ofTopic) return ofTopic
    return { check: 'other-meter', detail: `meter ${shown(named)} on the topic of ${ofTopic}` }
  }
  if (typeof named === 'string' && isId(named)) return named
  return {
    check: 'no-meter',
    detail: named === undefined ? 'no meter is named' : `not the id of a meter: ${shown(named)}`,
  }
}

const instantOf = (at: unknown, receivedAt: Instant): Instant | Problem => {
  if (at === undefined) return receivedAt
  const read = typeof at === 'string' ? readInstant(at) : at
  if (read === 'without-zone') return { check: 'time-without-zone', detail: `at ${shown(at)} has no zone` }
  if (typeof read !== 'number' || !Number.isSafeInteger(read)) {
    return { check: 'bad-time', detail: `at ${shown(at)} is neither RFC 3339 nor integer milliseconds` }
  }
  if (read < FIRST_INSTANT)
    return { check: 'before-2015', detail: `at ${shown(at)} is before 2015 (milliseconds are expected)` }
  if (read > receivedAt + AHEAD_MAX_MS)
    return { check: 'in-the-future', detail: `at ${shown(at)} is more than 10 min ahead` }
  return read
}

const refusal = ({ check, detail }: Problem, [index, key]: readonly [number, string]): Problem => ({
  check,
  detail: `${pathOf(index, key)}: ${detail}`,
})
