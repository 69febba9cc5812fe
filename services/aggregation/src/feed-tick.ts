// The feed's tick: takes what ingestion has stored, page by page; rules are stepped and hours become due in one commit.

import type { Instant } from '@parkpulse/metering'
import type { DueHour, Feed, FeedReading, FiguresWriter } from '@parkpulse/store'
import { commitWatched } from './commit-watched.ts'
import type { DueHours } from './due-hours.ts'
import type { RegisterIndex } from './register-index.ts'
import type { Spoken } from './spoken.ts'
import { type FirstKnown, hoursTouched, noteKnown } from './touched-hours.ts'
import type { Turns } from './turns.ts'
import { type AlertStates, watch, type Watched } from './watch.ts'

/** Readings of a page: some 10 ms of work, so that closing and the publisher get their turn in between. */
export const PAGE_READINGS_MAX = 10_000
/** Pages without effect (momentary values that nobody watches) are only remembered this often; reading them again is harmless. */
export const UNCOMMITTED_MAX = 10_000

export type FeedDoors = {
  readonly feed: Pick<Feed, 'since'>
  readonly writer: Pick<FiguresWriter, 'commit'>
  readonly due: DueHours
  readonly spoken: Spoken
  /** The registers as known now; asks the registry when a reading speaks of one that is not among them. */
  readonly registersFor: (readings: readonly FeedReading[]) => Promise<RegisterIndex>
  readonly alerts: { states(): AlertStates; moved(watched: Watched): void }
  readonly inTurn: Turns
  readonly startOver: (next: number) => Promise<void>
  readonly now: () => Instant
  readonly isStopping: () => boolean
}

/** Where the feed was read to, in memory: `taken` runs ahead of `committed` by pages that had no effect. */
export type FeedPlace = { taken: number; committed: number }

/** Takes all there is, or until told to stop. Returns how many readings it took. */
export async function takeFeed(doors: FeedDoors, place: FeedPlace, firstKnown: FirstKnown): Promise<number> {
  let count = 0
  while (!doors.isStopping()) {
    const page = await doors.feed.since(place.taken, PAGE_READINGS_MAX)
    if (page.kind === 'gap') {
      await doors.startOver(page.next)
      place.taken = place.committed = page.next
      continue
    }
    if (page.next === place.taken) return count
    await doors.inTurn(() => takePage(page.readings, page.next, { doors, place, firstKnown }))
    count += page.readings.length
  }
  return count
}

type Taking = { readonly doors: FeedDoors; readonly place: FeedPlace; readonly firstKnown: FirstKnown }

/** All effects of a page and the place after it are written in one commit: killed anywhere, the page is taken once. */
async function takePage(
  readings: readonly FeedReading[],
  next: number,
  { doors, place, firstKnown }: Taking,
): Promise<void> {
  const registers = await doors.registersFor(readings)
  const watched = watch(readings, registers, doors.alerts.states())
  const dueAdded = touchedBy(readings, registers, firstKnown).filter((hour) => !doors.due.touch(hour))
  const hasEffect = dueAdded.length + watched.alertStates.length > 0
  if (hasEffect || next - place.committed >= UNCOMMITTED_MAX) {
    await commitWatched(doors, watched, { feedUpTo: next, dueAdded })
    place.committed = next
  }
  place.taken = next
  doors.due.add(dueAdded)
  for (const reading of readings) doors.spoken.heard(reading)
}

/** The hours that a page touches, each once. A register that nobody knows is kept waiting: it may be registered yet. */
function touchedBy(readings: readonly FeedReading[], registers: RegisterIndex, firstKnown: FirstKnown): DueHour[] {
  const hoursOf = new Map<number, Set<Instant>>()
  for (const reading of readings) {
    if (registers.get(reading.registerId)?.register.kind === 'momentary') continue
    const hours = hoursOf.get(reading.registerId) ?? new Set<Instant>()
    hoursOf.set(reading.registerId, hours)
    for (const hour of hoursTouched(reading, firstKnown)) hours.add(hour)
    noteKnown(reading, firstKnown)
  }
  return [...hoursOf].flatMap(([registerId, hours]) => [...hours].map((hour) => ({ registerId, hour })))
}
