// A pool: how many things may be under way at once.

export type Pool = {
  readonly underWay: number
  readonly full: boolean
  /** Runs the task when there is room. */
  run<T>(task: () => Promise<T>): Promise<T>
}

export function createPool(most: number): Pool {
  let underWay = 0
  const waiting: (() => void)[] = []
  return {
    get underWay() {
      return underWay
    },
    get full() {
      return underWay >= most
    },
    async run(task) {
      if (underWay >= most) await new Promise<void>((resolve) => waiting.push(resolve))
      else underWay += 1
      try {
        return await task()
      } finally {
        // A place is handed to the one who waits, never freed in between: nobody can slip past the limit.
        const next = waiting.shift()
        if (next === undefined) underWay -= 1
        else next()
      }
    },
  }
}
