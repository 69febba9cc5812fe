// Starting over: when the feed was trimmed before we read it, everything that is stored becomes due again.

import { HOUR_MS, type Instant } from '@parkpulse/metering'
import type { DueHour, FiguresWriter, ReadingsBulk, ReadingsQuery } from '@parkpulse/store'
import { commitWatched } from './commit-watched.ts'
import type { DueHours } from './due-hours.ts'
import type { RegisterIndex } from './register-index.ts'
import type { Spoken } from './spoken.ts'
import type { Turns } from './turns.ts'
import { type AlertStates, watch, type Watched } from './watch.ts'

/** Hours asked for and committed at a time. */
const HOURS_PAGE_MAX = 10_000

export type StartOverDoors = {
  readonly readings: Pick<ReadingsBulk, 'hoursWithReadings'> & Pick<ReadingsQuery, 'latest'>
  readonly writer: Pick<FiguresWriter, 'commit'>
  readonly due: DueHours
  readonly spoken: Spoken
  readonly registers: () => RegisterIndex
  readonly alerts: { states(): AlertStates; moved(watched: Watched): void }
  readonly inTurn: Turns
  readonly now: () => Instant
}

const NOTHING = { dueAdded: [], dueDone: [], hours: [], emissions: [], alertStates: [], transitions: [] } as const

/**
 * Makes every hour with readings due, steps the rules with each register's latest value (what lay in between is lost to
 * them, not to the figures), and takes `next` as the feed's place. Killed on the way, the gap is met again and this is
 * repeated. Figures that come out the same are not written again.
 */
export async function startOver(doors: StartOverDoors, next: number): Promise<number> {
  let after: DueHour | undefined
  let count = 0
  do {
    const page = await doors.readings.hoursWithReadings(after, HOURS_PAGE_MAX)
    const dueAdded = touchedBy(page, doors.registers()).filter((place) => !doors.due.touch(place))
    if (dueAdded.length > 0) await doors.writer.commit({ ...NOTHING, dueAdded })
    doors.due.add(dueAdded)
    count += page.length
    after = page.at(-1)
  } while (after !== undefined)
  const latest = await doors.readings.latest()
  for (const last of latest) doors.spoken.heard(last)
  await doors.inTurn(() =>
    commitWatched(doors, watch(latest, doors.registers(), doors.alerts.states()), { feedUpTo: next }),
  )
  return count
}

/** As for a reading whose neighbours are not known: its hour and the one before, each once. */
function touchedBy(page: readonly DueHour[], registers: RegisterIndex): DueHour[] {
  const places = new Map<string, DueHour>()
  for (const { registerId, hour } of page) {
    if (registers.get(registerId)?.register.kind === 'momentary') continue
    for (const touched of [hour - HOUR_MS, hour]) places.set(`${registerId} ${touched}`, { registerId, hour: touched })
  }
  return [...places.values()]
}
