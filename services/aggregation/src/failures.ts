// Failures: a register whose figures cannot be computed is a promise broken there, and must not keep the others from closing.

import type { RegisterId } from '@parkpulse/metering'

/** Of one closing tick: who is left out of its further rounds, and why. */
export type Failures = Map<RegisterId, unknown>

/** Sentences in the error; more registers than that fail from one cause. */
const NAMED_MAX = 5

/** What is computed for a register, in a list; an empty one when that throws, which is noted. Only for pure work. */
export function attempt<T>(registerId: RegisterId, failures: Failures, compute: () => T): T[] {
  try {
    return [compute()]
  } catch (error) {
    failures.set(registerId, error)
    return []
  }
}

/** One error for the whole tick, to be thrown at its end; the same failures give the same words, so it is logged once. */
export function failedTogether(failures: Failures): Error {
  const sentences = [...failures]
    .toSorted(([a], [b]) => a - b)
    .map(([id, error]) => `register ${id}: ${wordsOf(error)}`)
  const more = sentences.length > NAMED_MAX ? [`and ${sentences.length - NAMED_MAX} more registers`] : []
  const named = [...sentences.slice(0, NAMED_MAX), ...more].join('; ')
  return new AggregateError([...failures.values()], `hours that cannot be computed stay due: ${named}`)
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
