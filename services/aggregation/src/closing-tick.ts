// The closing tick: round after round until nothing that waits is ready.

import type { Instant } from '@parkpulse/metering'
import { type ClosingDoors, closeHours, type Round } from './close-hour.ts'
import { type Failures, failedTogether } from './failures.ts'
import type { Patience } from './ready.ts'

export type ClosingTick = {
  readonly doors: ClosingDoors
  readonly patience: Patience
  readonly now: () => Instant
  readonly onRound: (round: Round) => void
  /** Asked between rounds: a process that is told to stop does not wait for a year to be closed. */
  readonly isStopping: () => boolean
}

/**
 * Closes all that is ready now; what a round makes due in its turn is taken by the next. When figures of some registers cannot
 * be computed it closes the others', and then throws: the loop that ticks logs it once, counts it, and tries again.
 */
export async function closeAll({ doors, patience, now, onRound, isStopping }: ClosingTick): Promise<void> {
  const failures: Failures = new Map()
  while (!isStopping()) {
    const round = await closeHours(doors, { now: now(), patience }, failures)
    if (round.claimed === 0) break
    onRound(round)
    await nextTurn()
  }
  if (failures.size > 0) throw failedTogether(failures)
}

/** Lets the feed's tick and the broker have their turn. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
