// The clock: the one file of the house that reads the real time. Everyone else is handed a Clock, or an instant.

export type Clock = {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
}

/** The machine's own clock. May jump when the machine is set; nothing in the house measures durations by it that must not jump. */
export const systemClock: Clock = { now: () => Date.now() }

/** For durations and deadlines: milliseconds since the start of the process, with fractions; never jumps. Not an instant. */
export const steadyClock: Clock = { now: () => performance.now() }
