// Turns: one after the other within this process, so that the book is changed by one at a time.

export type Turns = <T>(work: () => Promise<T>) => Promise<T>

/** Each piece of work begins when the one before is done, whether that went well or not. */
export const createTurns = (): Turns => {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work, work)
    last = mine.catch(() => {})
    return mine
  }
}
