// Live: what has just been stored, to everyone who listens. One question to the store per tick, however many there are.

import { every, type Clock, type Logger } from '@parkpulse/host'
import type { RegisterId } from '@parkpulse/metering'
import type { AlertsQuery, Feed, FeedReading, NumberedTransition } from '@parkpulse/store'

/** Half of it is the mean delay that polling adds; the promise from PUBACK to screen is 250 ms. */
const TICK_MS = 50
/** Readings that one tick passes on: what a full park of 84 000 meters speaks in three seconds. */
const READINGS_PER_TICK_MAX = 5_000
/** When the feed runs further ahead than this, the screen is told of a jump instead of being ever later. */
const LAG_READINGS_MAX = 20_000
const TRANSITIONS_PER_TICK_MAX = 500
/** A page that was away longer asks `alerts` anew, which is cheaper than catching up. */
const CATCH_UP_TRANSITIONS_MAX = 5_000
/** A screen calls itself stale after five seconds without a sign. */
export const HEARTBEAT_MS = 2_000
/** One socket and up to 1 MiB of buffer each. */
export const SUBSCRIBERS_MAX = 200

/** Someone who listens. */
export type Subscriber = {
  wants(registerId: RegisterId): boolean
  /** Takes whole events; false when it is too slow or gone, and is to be forgotten. */
  send(text: string): boolean
  end(): void
}

/** How events are written, so that this file knows nothing of JSON. */
export type LiveText = {
  reading(reading: FeedReading): string
  transition(transition: NumberedTransition): string
  skipped(): string
}

export type Live = {
  /** Joins; transitions after number `after` come first, when given. False: there are too many already. */
  join(subscriber: Subscriber, after: number | undefined): Promise<boolean>
  leave(subscriber: Subscriber): void
  /** The number of the last transition that was passed on; of use after joining. */
  position(): number
  count(): number
  close(): Promise<void>
}

type LiveDoors = {
  readonly readings: Feed
  readonly figures: Pick<AlertsQuery, 'transitionsSince' | 'transitionsHead'>
  readonly clock: Clock
  readonly log: Logger
}

/** Up to where everything was passed on. */
type Passed = { feed: number; transitions: number }

/** Opens the live view. While nobody listens, nothing is asked. */
export function openLive({ readings, figures, clock, log }: LiveDoors, text: LiveText): Live {
  const subscribers = new Set<Subscriber>()
  let joining = 0
  let passed: Passed | undefined
  let beatAt = 0

  const give = (subscriber: Subscriber, event: string): void => {
    if (!subscriber.send(event)) subscribers.delete(subscriber)
  }
  const giveAll = (event: string): void => {
    for (const subscriber of subscribers) give(subscriber, event)
  }
  const deliver = (registerId: RegisterId, event: () => string): void => {
    const wanting = [...subscribers].filter((subscriber) => subscriber.wants(registerId))
    if (wanting.length === 0) return
    const words = event()
    for (const subscriber of wanting) give(subscriber, words)
  }
  async function begin(): Promise<Passed> {
    const [feed, transitions] = await Promise.all([readings.head(), figures.transitionsHead()])
    passed ??= { feed, transitions }
    return passed
  }
  async function passReadings(upTo: Passed): Promise<void> {
    const page = await readings.since(upTo.feed, READINGS_PER_TICK_MAX)
    upTo.feed = page.next
    if (page.kind === 'gap') return giveAll(text.skipped())
    for (const reading of page.readings) deliver(reading.registerId, () => text.reading(reading))
    if (page.readings.length < READINGS_PER_TICK_MAX) return
    const head = await readings.head()
    if (head - upTo.feed > LAG_READINGS_MAX) {
      upTo.feed = head
      giveAll(text.skipped())
    }
    ticks.wake()
  }
  async function passTransitions(upTo: Passed): Promise<void> {
    for (const transition of await figures.transitionsSince(upTo.transitions, TRANSITIONS_PER_TICK_MAX)) {
      upTo.transitions = transition.number
      deliver(transition.registerId, () => text.transition(transition))
    }
  }
  async function tick(): Promise<void> {
    if (subscribers.size + joining === 0) {
      passed = undefined
      return
    }
    const upTo = passed ?? (await begin())
    await passTransitions(upTo)
    await passReadings(upTo)
    // Only after a look at the store: a screen whose store is gone turns stale, as it should.
    if (clock.now() - beatAt < HEARTBEAT_MS) return
    beatAt = clock.now()
    giveAll(': still here\n\n')
  }
  /** Sends what was missed until the common position is reached; nothing may come between the last look and the joining. */
  async function catchUp(subscriber: Subscriber, after: number): Promise<void> {
    const upTo = passed ?? (await begin())
    let number = Math.max(after, upTo.transitions - CATCH_UP_TRANSITIONS_MAX)
    while (number < upTo.transitions) {
      const missed = await figures.transitionsSince(number, TRANSITIONS_PER_TICK_MAX)
      for (const transition of missed) {
        if (transition.number > upTo.transitions) break
        number = transition.number
        if (subscriber.wants(transition.registerId)) subscriber.send(text.transition(transition))
      }
      if (missed.length === 0) break
    }
    subscribers.add(subscriber)
  }
  const ticks = every({ ms: TICK_MS, log, name: 'live', run: tick })
  return {
    async join(subscriber, after) {
      if (subscribers.size + joining >= SUBSCRIBERS_MAX) return false
      joining += 1
      try {
        await catchUp(subscriber, after ?? Number.POSITIVE_INFINITY)
        return true
      } finally {
        joining -= 1
      }
    },
    leave: (subscriber) => void subscribers.delete(subscriber),
    position: () => passed?.transitions ?? 0,
    count: () => subscribers.size,
    async close() {
      await ticks.close()
      for (const subscriber of subscribers) subscriber.end()
      subscribers.clear()
    },
  }
}
