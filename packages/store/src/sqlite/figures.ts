// The reading side of figures.db, as the api and aggregation see it.

import type { AlertsQuery, DueHour, FiguresBulk, FiguresQuery, HourRun, SumsQuery } from '../ports.ts'
import { openThread, type Thread } from '../thread/thread.ts'
import type { FiguresCalls } from './figures-worker.ts'
import { checkLimit } from './limit.ts'
import { unpackEmissions, unpackHours } from './packed-figures.ts'

/** Transitions in one answer. */
export const TRANSITIONS_PAGE_MAX = 100_000

/** The reading side. */
export type Figures = FiguresQuery & FiguresBulk & AlertsQuery & SumsQuery & { close(): Promise<void> }

const packPlaces = (places: readonly DueHour[]): Float64Array<ArrayBuffer> =>
  Float64Array.from(places.flatMap(({ registerId, hour }) => [registerId, hour]))

const packRuns = (runs: readonly HourRun[]): Float64Array<ArrayBuffer> =>
  Float64Array.from(runs.flatMap(({ registerId, from, until }) => [registerId, from, until]))

const askFigures = (thread: Thread<FiguresCalls>): FiguresQuery & FiguresBulk => {
  const hoursBefore: FiguresBulk['hoursBefore'] = async (places) => {
    const packed = await thread.call('hoursBefore', packPlaces(places))
    const hours = unpackHours(packed)
    let next = 0
    return Array.from(packed.found, (found) => (found === 0 ? undefined : hours[next++]))
  }
  return {
    hours: async (ids, period) => unpackHours(await thread.call('hours', ids, period)),
    revisions: async (id, hour) => unpackHours(await thread.call('revisions', id, hour)),
    hourBefore: async (registerId, hour) => (await hoursBefore([{ registerId, hour }]))[0],
    emissions: async (ids, period) => unpackEmissions(await thread.call('emissions', ids, period)),
    emissionRevisions: async (id, hour) => unpackEmissions(await thread.call('emissionRevisions', id, hour)),
    hoursBefore,
    hoursOf: async (runs) => unpackHours(await thread.call('hoursOf', packRuns(runs))),
  }
}

const askAlerts = (thread: Thread<FiguresCalls>): AlertsQuery => ({
  states: () => thread.call('states'),
  transitionsSince: async (after, limit) =>
    thread.call('transitionsSince', after, checkLimit(limit, TRANSITIONS_PAGE_MAX)),
  transitionsHead: () => thread.call('transitionsHead'),
  transitions: async (before, limit) => thread.call('transitions', before, checkLimit(limit, TRANSITIONS_PAGE_MAX)),
  acknowledge: (alertId, by, comment, at) => thread.call('acknowledge', alertId, by, comment, at),
  acknowledgements: () => thread.call('acknowledgements'),
})

/**
 * Opens the reading side of `folder` in a thread of its own; any number of processes may. Creates an empty store when no writer has run yet.
 * Answers see all that was committed before the question. Rejects with `STORE_SCHEMA_NEWER` for a later release's file.
 */
export const openFigures = async ({ folder }: { folder: string }): Promise<Figures> => {
  const thread = await openThread<FiguresCalls>(new URL('figures-worker.ts', import.meta.url), folder)
  return {
    ...askFigures(thread),
    ...askAlerts(thread),
    hourSums: (ids, edges) => thread.call('hourSums', ids, edges),
    emissionSums: (ids, edges) => thread.call('emissionSums', ids, edges),
    close: () => thread.close(),
  }
}
