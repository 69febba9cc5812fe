// What each register said last, in memory: filled from the store at the start, kept by the feed. A hint for when to close, not a figure.

import type { Instant, RegisterId } from '@parkpulse/metering'

export type LastWord = { readonly at: Instant; readonly value: number; readonly receivedAt: Instant }

export type Spoken = {
  of(registerId: RegisterId): LastWord | undefined
  /** `at` and `value` of the latest measurement, `receivedAt` of the latest arrival, whichever reading brought them. */
  heard(reading: LastWord & { readonly registerId: RegisterId }): void
}

/** Nobody has spoken yet. */
export function nobodySpoke(): Spoken {
  const words = new Map<RegisterId, LastWord>()
  return {
    of: (registerId) => words.get(registerId),
    heard({ registerId, at, value, receivedAt }) {
      const last = words.get(registerId)
      const newest = last === undefined || at >= last.at ? { at, value } : last
      const arrived = last === undefined ? receivedAt : Math.max(receivedAt, last.receivedAt)
      words.set(registerId, { at: newest.at, value: newest.value, receivedAt: arrived })
    },
  }
}
