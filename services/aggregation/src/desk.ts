// What both ticks share while the process runs: what waits, who spoke last, which alerts stand, which registers are known.

import type { Clock, Logger, Metrics } from '@parkpulse/host'
import type { Instant, RegisterId } from '@parkpulse/metering'
import type { InstallationQuery } from '@parkpulse/registry'
import type { Feed, FiguresBulk, FiguresWriter, ReadingsBulk, ReadingsQuery } from '@parkpulse/store'
import { type AlertBoard, openAlertBoard } from './alert-board.ts'
import type { AlertPublisher } from './alert-publisher.ts'
import { type DueHours, dueHours } from './due-hours.ts'
import type { FeedPlace } from './feed-tick.ts'
import { openRegisterBook, type RegisterBook } from './register-book.ts'
import { nobodySpoke, type Spoken } from './spoken.ts'
import { openTallies, type Tallies } from './tallies.ts'
import type { FirstKnown } from './touched-hours.ts'
import { createTurns, type Turns } from './turns.ts'

export type DeskDoors = {
  readonly readings: Pick<ReadingsQuery, 'readings' | 'latest'> & ReadingsBulk & Feed
  readonly figures: FiguresBulk
  readonly writer: FiguresWriter
  readonly registry: InstallationQuery
  readonly publisher: Pick<AlertPublisher, 'set' | 'clearOthers' | 'isConnected'>
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
}

export type Desk = {
  readonly due: DueHours
  readonly spoken: Spoken
  readonly registers: RegisterBook
  readonly alerts: AlertBoard
  /** For whoever moves alerts: from reading their states until these are committed and told. */
  readonly inTurn: Turns
  readonly tallies: Tallies
  readonly place: FeedPlace
  readonly firstKnown: FirstKnown
}

/** Lays out what the store remembers, and puts up the alerts that fire. */
export async function layDesk(doors: DeskDoors): Promise<Desk> {
  const { readings, writer } = doors
  const [waiting, stored, feedUpTo, latest] = await Promise.all([
    writer.due(),
    writer.alertStates(),
    writer.feedUpTo(),
    readings.latest(),
  ])
  const tallies = openTallies(doors.metrics)
  const registers = openRegisterBook(doors.registry)
  const spoken = nobodySpoke()
  for (const last of latest) spoken.heard(last)
  const { log, publisher } = doors
  const valueAt = (registerId: RegisterId, at: Instant) => valueOf({ readings, spoken }, registerId, at)
  const alerts = openAlertBoard({
    stored,
    log,
    publisher,
    valueAt,
    registers: registers.current,
    count: tallies.transition,
  })
  await alerts.putUp()
  publisher.clearOthers()
  const place = { taken: feedUpTo, committed: feedUpTo }
  const inTurn = createTurns()
  return { due: dueHours(waiting), spoken, registers, alerts, inTurn, tallies, place, firstKnown: new Map() }
}

type Voices = { readonly readings: Pick<ReadingsQuery, 'readings'>; readonly spoken: Spoken }

/** What a register showed at an instant; should that reading be gone, what it showed last. */
async function valueOf({ readings, spoken }: Voices, registerId: RegisterId, at: Instant): Promise<number | undefined> {
  const [reading] = await readings.readings(registerId, { from: at, until: at + 1 }, 1)
  return reading === undefined ? spoken.of(registerId)?.value : reading.value
}
