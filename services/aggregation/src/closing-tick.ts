// The closing tick: round after round until nothing that waits is ready.

import type { Instant } from '@parkpulse/metering'
import { type ClosingDoors, closeHours, type Round } from './close-hour.ts'
import type { Patience } from './ready.ts'

export type ClosingTick = {
  readonly doors: ClosingDoors
  readonly patience: Patience
  readonly now: () => Instant
  readonly onRound: (round: Round) => void
  /** Asked between rounds: a process that is told to stop does not wait for a year to be closed. */
  readonly isStopping: () => boolean
}

/** Closes all that is ready now; what a round makes due in its turn is taken by the next. Returns the number of rounds. */
export async function closeAll({ doors, patience, now, onRound, isStopping }: ClosingTick): Promise<number> {
  for (let rounds = 0; ; rounds += 1) {
    if (isStopping()) return rounds
    const round = await closeHours(doors, now(), patience)
    if (round.claimed === 0) return rounds
    onRound(round)
    await nextTurn()
  }
}

/** Lets the feed's tick and the broker have their turn. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
