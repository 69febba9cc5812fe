// Turns: whoever moves alerts (the feed's tick, housekeeping) reads the states, commits and tells, one after the other.

export type Turns = <T>(work: () => Promise<T>) => Promise<T>

/** Each piece of work begins when the one before is done, whether that went well or not. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }
}
