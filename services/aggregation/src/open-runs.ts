// Opens runs of hours: asks the store, for many registers at once, where each one stood and what it has said since, and cuts them.
// Closing (close-hour.ts) calls it; how far to look is look.ts's business, what is then new revise.ts's.

import { cutHours, HOUR_MS, type Reading } from '@parkpulse/metering'
import type { FiguresBulk, HourRevision, ReadingsBulk, SpanReadings } from '@parkpulse/store'
import { attempt, type Failures } from './failures.ts'
import { type Look, lookAgain, type OpenRun } from './look.ts'

export type Shelves = { readonly readings: Pick<ReadingsBulk, 'spans'>; readonly figures: FiguresBulk }

/** A run, and how far to look for it. */
export type Wanted = Pick<OpenRun, 'due' | 'look' | 'register' | 'gridRegion'>

/** Opens all runs; those whose figures would not be certain are opened again with a wider look, until all are. */
export async function openRuns(
  wanted: readonly Wanted[],
  shelves: Shelves,
  failures: Failures,
): Promise<readonly OpenRun[]> {
  if (wanted.length === 0) return []
  const opened = await openOnce(wanted, shelves, failures)
  const certain: OpenRun[] = []
  const again: Wanted[] = []
  for (const { open, wider } of opened) {
    if (wider === undefined) certain.push(open)
    else again.push({ ...open, look: wider })
  }
  return [...certain, ...(await openRuns(again, shelves, failures))]
}

type Opened = { readonly open: OpenRun; readonly wider: Look | undefined }

async function openOnce(
  wanted: readonly Wanted[],
  { readings, figures }: Shelves,
  failures: Failures,
): Promise<Opened[]> {
  const looks = wanted.map(({ look }) => look)
  const [befores, stored] = await Promise.all([
    figures.hoursBefore(looks.map(({ run }) => ({ registerId: run.registerId, hour: run.from }))),
    figures.hoursOf(looks.map(({ run }) => ({ ...run, until: run.until + HOUR_MS }))),
  ])
  const columns = await readings.spans(looks.map((look, index) => spanOf(look, befores[index])))
  const storedOf = Map.groupBy(stored, (hour) => hour.registerId)
  return wanted.flatMap((one, index) => {
    const { id } = one.register
    const said = readingsOf(columns, index, id)
    return attempt(id, failures, () => {
      const open = cut({ ...one, before: befores[index], stored: storedOf.get(id) ?? [], readings: said })
      return { open, wider: lookAgain(open) }
    })
  })
}

/** After the carry; without one, from the register's very first reading on. */
function spanOf({ run, beyond }: Look, before: HourRevision | undefined) {
  const from = before?.carry === undefined ? 0 : before.carry.at + 1
  return { registerId: run.registerId, from, until: run.until, beyond }
}

function cut(open: Omit<OpenRun, 'figures'>): OpenRun {
  const { register, before, readings, look } = open
  const carry = before?.carry
  const figures = cutHours({ register, readings, period: look.run, ...(carry === undefined ? {} : { carry }) })
  return { ...open, figures }
}

function readingsOf({ ends, at, value, position }: SpanReadings, index: number, registerId: number): Reading[] {
  const start = index === 0 ? 0 : cell(ends, index - 1)
  const length = cell(ends, index) - start
  return Array.from({ length }, (_, offset) => {
    const row = start + offset
    return { registerId, at: cell(at, row), value: cell(value, row), position: cell(position, row) }
  })
}

function cell(column: Uint32Array | Float64Array, row: number): number {
  const found = column[row]
  if (found === undefined) throw new Error(`the store's answer ends before row ${row}`)
  return found
}
