// From cut figures to what is written: only what changed, as a new revision with its cause, its emissions, and what to look at next.

import { type Emission, emissionsOf, type FactorBook, type NoFactor } from '@parkpulse/emissions'
import { type Carry, HOUR_MS, type HourFigure, hourOf, type Instant } from '@parkpulse/metering'
import type { DueHour, HourRevision } from '@parkpulse/store'
import { hoursOfRun } from './due-hours.ts'
import type { OpenRun } from './look.ts'

export type Revised = {
  readonly hours: readonly HourRevision[]
  readonly emissions: readonly (Emission | NoFactor)[]
  /** Hours after the run that its end may have changed. */
  readonly next: readonly DueHour[]
}

/** Compares a run's figures with the stored ones. The same figures again: nothing. */
export function revise(open: OpenRun, book: FactorBook, now: Instant): Revised {
  const storedOf = new Map(open.stored.map((hour) => [hour.hour, hour]))
  const hours = open.figures
    .filter((figure) => !isBeforeFirst(figure, open))
    .flatMap((figure) => revisionOf(figure, storedOf.get(figure.hour), now))
  const { gridRegion, register } = open
  const emissions = hours
    .filter(isActive)
    .flatMap((figure) => emissionsOf({ figure, quantity: register.quantity, gridRegion, book }))
  return { hours, emissions, next: hoursAfter(open, storedOf) }
}

/** An hour of which nothing is known emits nothing that is known: no row rather than a zero, unless one must be replaced. */
const isActive = ({ missingMs, revision }: HourRevision): boolean => missingMs < HOUR_MS || revision > 1

/** An hour that ends before the register's very first reading has no figure: there is nothing to be missing. */
function isBeforeFirst({ hour }: HourFigure, { before, readings }: OpenRun): boolean {
  if (before !== undefined) return false
  const [first] = readings
  return first === undefined || hour + HOUR_MS <= first.at
}

function revisionOf(figure: HourFigure, stored: HourRevision | undefined, recordedAt: Instant): HourRevision[] {
  if (stored === undefined) return [{ ...figure, revision: 1, cause: 'closed', recordedAt }]
  if (isSame(figure, stored)) return []
  return [{ ...figure, revision: stored.revision + 1, cause: 'late-readings', recordedAt }]
}

/**
 * When the run ends with another carry than before, everything up to the next reading was cut from another start. When it
 * ends with readings that do not count (yet), they may be a fall that stays open and keeps what follows from counting. In
 * both cases the hours up to the next reading are looked at next, and the chain goes on from there until nothing moves.
 */
function hoursAfter(open: OpenRun, storedOf: ReadonlyMap<Instant, HourRevision>): DueHour[] {
  const { registerId, until } = open.look.run
  if (endsAsBefore(open, storedOf.get(until - HOUR_MS))) return []
  const next = open.readings.find((reading) => reading.at >= until)
  if (next === undefined) return []
  const reach = hourOf(next.at)
  if (reach === until && !storedOf.has(until)) return []
  return hoursOfRun({ registerId, from: until, until: reach + HOUR_MS })
}

function endsAsBefore({ look, readings, figures }: OpenRun, stored: HourRevision | undefined): boolean {
  const carry = figures.at(-1)?.carry
  if (stored === undefined || !isSameCarry(carry, stored.carry)) return false
  const lastSaid = readings.findLast((reading) => reading.at <= look.run.until)
  return lastSaid === undefined || lastSaid.at === carry?.at
}

function isSame(a: HourFigure, b: HourFigure): boolean {
  return (
    a.amount === b.amount &&
    a.missingMs === b.missingMs &&
    a.quality === b.quality &&
    a.shares.measured === b.shares.measured &&
    a.shares.interpolated === b.shares.interpolated &&
    a.shares.estimated === b.shares.estimated &&
    a.shares.edited === b.shares.edited &&
    a.events.join() === b.events.join() &&
    isSameCarry(a.carry, b.carry)
  )
}

const isSameCarry = (a: Carry | undefined, b: Carry | undefined): boolean => a?.at === b?.at && a?.value === b?.value
