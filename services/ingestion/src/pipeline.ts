// The way's second stop, and ingestion's main path: a page of the journal (the broker wrote it) becomes one batch of the store,
// is announced, and the next page follows. What becomes of one message stands in take-message.ts, by way of turn.ts; the doors
// are hung in ingestion.ts. Next on the way: packages/store/src/ports.ts, where the batch goes.

import type { ReadPage } from '@parkpulse/journal'
import type { Turned } from './turn.ts'

/** What the main path needs from outside: five small doors. */
export type Doors = {
  /** The next page of the journal, an empty one when there is no news for a while, undefined when it is time to stop. */
  readonly nextPage: () => Promise<ReadPage | undefined>
  /** Decode, resolve, validate: `turnPage`. */
  readonly turn: (page: ReadPage) => Promise<Turned>
  /** Resolves when the batch is on disk; waits for the store as long as it takes. */
  readonly write: (turned: Turned) => Promise<void>
  /** Tells the world, and waits for nobody. */
  readonly announce: (turned: Turned) => void
  /** Between two batches: messages whose meter is registered by now, the quarantine's limits. */
  readonly tend: () => Promise<void>
}

/**
 * Follows the journal until `nextPage` says stop. While the store writes a page, the next one is read and decoded: two
 * pages are in memory at most. The store keeps the place in the journal together with the readings, in
 * one transaction, so that after a crash nothing is missing and nothing is counted twice.
 */
export const follow = async (doors: Doors): Promise<void> => {
  let writing: Promise<void> = Promise.resolve()
  for (let page = await doors.nextPage(); page !== undefined; page = await doors.nextPage()) {
    const turned = isEmpty(page) ? undefined : await doors.turn(page)
    await writing
    await doors.tend()
    if (turned !== undefined) writing = settle(turned, doors)
  }
  await writing
  await doors.tend()
}

const settle = (turned: Turned, doors: Doors): Promise<void> => {
  const settled = doors.write(turned).then(() => doors.announce(turned))
  // Whoever awaits it hears of a failure; until then it must not count as unheard.
  settled.catch(() => undefined)
  return settled
}

const isEmpty = ({ entries, damaged }: ReadPage): boolean => entries.length === 0 && damaged.length === 0
