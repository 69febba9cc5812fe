// Where to begin in the journal, so that nothing is missing and nothing is counted twice.

import type { Position } from '@parkpulse/journal'

export type Extent = { readonly first: Position; readonly committed: Position }

/** The place after what the store already holds; the journal's first record for an empty store. */
export const startPlace = (stored: Position | undefined, { first }: Extent): Position => stored ?? first

/**
 * For whoever reads a journal that nobody writes: throws when the store has read further than it reaches. Beside a living writer
 * this would be wrong, since after a power cut the journal's end is known only when the writer has looked;
 * there the reader itself notices a journal that was replaced, as soon as it goes on.
 */
export const refuseOtherJournal = (stored: Position | undefined, { committed }: Extent): void => {
  if (stored === undefined || stored <= committed) return
  throw new Error(
    `the store has read the journal up to ${stored}, but the journal ends at ${committed}: ` +
      'it is another journal. Bring back the journal that belongs to this store, or start with an empty store',
  )
}
