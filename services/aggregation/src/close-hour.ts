// The way's fourth stop, closing hours, read this first: take what is ready (the feed's tick made it due), see where each register
// stood and cut (open-runs.ts, with metering's cutHours), compare (revise.ts), write what changed with its emissions.
// Next on the way: packages/emissions/src/emissions-of.ts, which revise.ts asks for each new figure.

import type { FactorBook } from '@parkpulse/emissions'
import type { FiguresWriter, HourRun } from '@parkpulse/store'
import type { DueHours } from './due-hours.ts'
import { attempt, type Failures } from './failures.ts'
import { BEYOND_FIRST } from './look.ts'
import { openRuns, type Shelves, type Wanted } from './open-runs.ts'
import { isReady, type Moment } from './ready.ts'
import type { RegisterIndex } from './register-index.ts'
import { type Revised, revise } from './revise.ts'
import type { Spoken } from './spoken.ts'

/**
 * Hours closed in one round, which is one question to each shelf and one commit (more only by a register's undivided run): large
 * enough that 84 000 registers need some forty rounds, small enough (120 000 minute readings, some 10 MB) that the feed's tick
 * gets its turn in between.
 */
export const HOURS_PER_ROUND = 2_000

export type ClosingDoors = Shelves & {
  readonly writer: Pick<FiguresWriter, 'commit'>
  readonly due: DueHours
  readonly spoken: Spoken
  readonly registers: () => RegisterIndex
  readonly book: FactorBook
}

/** What a round did: how many hours it took out of the waiting ones, and what it wrote. */
export type Round = Pick<Revised, 'hours' | 'emissions'> & { readonly done: number; readonly claimed: number }

/**
 * One round. Killed anywhere it may be run again: what is due stays due until the commit, and the same figures are not written twice.
 * Registers that fail are noted and their hours stay due; those that have failed are not taken.
 */
export async function closeHours(doors: ClosingDoors, moment: Moment, failures: Failures): Promise<Round> {
  const { due, spoken, book } = doors
  const registers = doors.registers()
  const claim = due.claim({
    hoursMax: HOURS_PER_ROUND,
    isReady: (id, hour) => registers.has(id) && !failures.has(id) && isReady(hour, spoken.of(id), moment),
  })
  const opened = await openRuns(wanted(claim.runs, registers), doors, failures)
  const revised = opened.flatMap((open) => attempt(open.register.id, failures, () => revise(open, book, moment.now)))

  const hours = revised.flatMap((one) => one.hours)
  const emissions = revised.flatMap((one) => one.emissions)
  const dueAdded = revised.flatMap((one) => one.next).filter((place) => !due.touch(place))
  const dueDone = claim.settle(failures)
  if (dueDone.length + dueAdded.length + hours.length > 0) {
    try {
      await doors.writer.commit({ dueAdded, dueDone, hours, emissions, alertStates: [], transitions: [] })
    } catch (error) {
      due.add(dueDone)
      throw error
    }
  }
  due.add(dueAdded)
  return { hours, emissions, done: dueDone.length, claimed: claim.runs.length }
}

/** Momentary registers have no hours: theirs are done without a figure. */
function wanted(runs: readonly HourRun[], registers: RegisterIndex): Wanted[] {
  return runs.flatMap((run) => {
    const known = registers.get(run.registerId)
    if (known?.register.kind !== 'cumulative') return []
    const { register, gridRegion } = known
    return [{ due: run, look: { run, beyond: BEYOND_FIRST }, register, gridRegion }]
  })
}
