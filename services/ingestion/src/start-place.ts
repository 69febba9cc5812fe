// Where to begin in the journal, so that nothing is missing and nothing is counted twice.

import type { Position } from '@parkpulse/journal'

export type Extent = { readonly first: Position; readonly committed: Position }

/**
 * The place after what the store already holds; the journal's first record for an empty store. Throws when the store
 * has read further than the journal reaches: then the journal was replaced, and its messages would be taken for known ones.
 */
export const startPlace = (stored: Position | undefined, { first, committed }: Extent): Position => {
  if (stored === undefined) return first
  if (stored > committed) {
    throw new Error(
      `the store has read the journal up to ${stored}, but the journal ends at ${committed}: ` +
        'it is another journal. Bring back the journal that belongs to this store, or start with an empty store',
    )
  }
  return stored
}
