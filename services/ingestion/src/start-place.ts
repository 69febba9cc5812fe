// Where to begin in the journal, so that nothing is missing and nothing is counted twice.

import type { JournalExtent, Position } from '@parkpulse/journal'

/** The place after what the store already holds; the journal's first record for an empty store. */
export const startPlace = (stored: Position | undefined, { first }: Pick<JournalExtent, 'first'>): Position =>
  stored ?? first

/**
 * Where a journal ends that nobody writes: for whoever reads it to its end and stops. Throws when nobody knows, and when the store
 * has read further than it reaches. Beside a living writer this would be wrong, since after a power cut the journal's end is known
 * only when the writer has looked; there the reader itself notices a journal that was replaced, as soon as it goes on.
 */
export const endToReach = (stored: Position | undefined, { committed }: JournalExtent): Position => {
  if (committed === undefined) {
    throw new Error(
      'nobody knows how far the journal reaches: its file `committed` is damaged or lost. ' +
        'The broker mends it when it starts, and so does npm run replay',
    )
  }
  if (stored === undefined || stored <= committed) return committed
  throw new Error(
    `the store has read the journal up to ${stored}, but the journal ends at ${committed}: ` +
      'it is another journal. Bring back the journal that belongs to this store, or start with an empty store',
  )
}
