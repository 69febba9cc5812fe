// A growing run of numbers: answers are gathered in it and handed over without copying each row into an object.

export type Numbers = {
  push(...values: readonly number[]): void
  /** What was pushed, in a buffer of its own; the run is used up. */
  take(): Float64Array<ArrayBuffer>
}

const FIRST_ROOM = 1_024

export const gatherNumbers = (): Numbers => {
  let room = new Float64Array(FIRST_ROOM)
  let length = 0
  return {
    push: (...values) => {
      if (length + values.length > room.length) {
        const more = new Float64Array(Math.max(room.length * 2, length + values.length))
        more.set(room)
        room = more
      }
      for (const value of values) {
        room[length] = value
        length += 1
      }
    },
    take: () => room.slice(0, length),
  }
}

/** Calls `build` with the index at which each row of `width` numbers begins. */
export const mapRows = <T>(numbers: Float64Array, width: number, build: (from: number) => T): T[] =>
  Array.from({ length: numbers.length / width }, (_, row) => build(row * width))
