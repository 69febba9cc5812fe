// A broken promise between two functions of ours stops the program; without node:assert, so that a page can load this too.

/** Throws when a promise of the caller does not hold. */
export function assert(holds: boolean, promise: string): asserts holds {
  if (!holds) throw new Error(`broken promise: ${promise}`)
}
