// Test data: the store's doors that aggregation uses, in memory, one object per promise; readings are put in by hand.

import type { Carry, Reading } from '@parkpulse/metering'
import { HOUR_MS, hourOf } from '@parkpulse/metering'
import type {
  DueHour,
  Feed,
  FeedReading,
  FiguresBulk,
  FiguresChange,
  FiguresWriter,
  HourRevision,
  HourRun,
  Latest,
  NumberedTransition,
  ReadingSpan,
  ReadingsBulk,
  ReadingsQuery,
  StoredAlertState,
} from '@parkpulse/store'
import type { Emission, NoFactor } from '@parkpulse/emissions'

export type Arriving = Carry & { readonly registerId: number; readonly receivedAt?: number }

const keyOf = ({ registerId, hour }: DueHour) => `${registerId} ${hour}`

export function memoryReadings() {
  const shelves = new Map<number, Map<number, Reading>>()
  const feed: FeedReading[] = []
  let trimmed = 0
  const shelf = (registerId: number) => [...(shelves.get(registerId)?.values() ?? [])].sort((a, b) => a.at - b.at)

  const doors: Pick<ReadingsQuery, 'readings' | 'latest'> & ReadingsBulk & Feed = {
    async since(after, limit) {
      if (after < trimmed) return { kind: 'gap', next: feed.length }
      const readings = feed.slice(after, after + limit)
      return { kind: 'page', next: after + readings.length, readings }
    },
    head: async () => feed.length,
    readings: async (registerId, { from, until }, limit) =>
      shelf(registerId)
        .filter(({ at }) => from <= at && at < until)
        .slice(0, limit),
    latest: async () =>
      [...shelves.keys()].flatMap((registerId): Latest[] => {
        const last = shelf(registerId).at(-1)
        return last === undefined ? [] : [{ registerId, at: last.at, value: last.value, receivedAt: last.at }]
      }),
    async spans(spans) {
      const parts = spans.map((span) => spanOf(shelf(span.registerId), span))
      const all = parts.flat()
      let end = 0
      return {
        ends: Uint32Array.from(parts, (part) => (end += part.length)),
        at: Float64Array.from(all, ({ at }) => at),
        value: Float64Array.from(all, ({ value }) => value),
        position: Float64Array.from(all, ({ position }) => position),
      }
    },
    async hoursWithReadings(after, limit) {
      const places = [...shelves].flatMap(([registerId, readings]) =>
        [...new Set([...readings.keys()].map(hourOf))].sort((a, b) => a - b).map((hour) => ({ registerId, hour })),
      )
      const start = after === undefined ? 0 : places.findIndex((place) => keyOf(place) === keyOf(after)) + 1
      return places.slice(start, start + limit)
    },
  }
  return {
    ...doors,
    /** As ingestion stores it: the same again is not in the feed, another value for the same instant wins. */
    put({ registerId, at, value, receivedAt = at }: Arriving): void {
      const readings = shelves.get(registerId) ?? new Map<number, Reading>()
      shelves.set(registerId, readings)
      if (readings.get(at)?.value === value) return
      const reading = { registerId, at, value, position: feed.length }
      readings.set(at, reading)
      feed.push({ ...reading, receivedAt })
    },
    trimFeed: () => (trimmed = feed.length),
  }
}

function spanOf(readings: readonly Reading[], { from, until, beyond }: ReadingSpan): Reading[] {
  const inside = readings.filter(({ at }) => from <= at && at < until)
  return [...inside, ...readings.filter(({ at }) => at >= until).slice(0, beyond)]
}

export function memoryFigures() {
  const due = new Map<string, DueHour>()
  const revisions = new Map<string, HourRevision[]>()
  const emissions = new Map<string, Emission | NoFactor>()
  const alertStates = new Map<string, StoredAlertState>()
  const transitions: NumberedTransition[] = []
  let feedUpTo = 0
  let commits = 0
  let failures = 0

  const latestOf = (place: DueHour) => revisions.get(keyOf(place))?.at(-1)
  function apply(change: FiguresChange): void {
    for (const place of change.dueDone) due.delete(keyOf(place))
    for (const place of change.dueAdded) due.set(keyOf(place), place)
    for (const hour of change.hours) {
      const editions = revisions.get(keyOf(hour)) ?? []
      if (editions.length + 1 !== hour.revision) throw new Error(`revision ${hour.revision} after ${editions.length}`)
      revisions.set(keyOf(hour), [...editions, hour])
    }
    for (const one of change.emissions) emissions.set(`${keyOf(one)} ${one.scope} ${one.method}`, one)
    for (const stored of change.alertStates) alertStates.set(stored.alertId, stored)
    for (const one of change.transitions) transitions.push({ ...one, number: transitions.length + 1 })
    feedUpTo = change.feedUpTo ?? feedUpTo
    commits += 1
  }
  const writer: FiguresWriter = {
    async commit(change) {
      await Promise.resolve()
      if (failures > 0) {
        failures -= 1
        throw new Error('disk full')
      }
      apply(change)
    },
    feedUpTo: async () => feedUpTo,
    due: async () => [...due.values()],
    alertStates: async () => [...alertStates.values()],
    close: async () => undefined,
  }
  const figures: FiguresBulk = {
    hoursBefore: async (places) =>
      places.map(({ registerId, hour }) => {
        const before = [...revisions.values()]
          .map((editions) => editions.at(-1))
          .filter((one) => one?.registerId === registerId && one.hour < hour && one.carry !== undefined)
        return before.sort((a, b) => (a?.hour ?? 0) - (b?.hour ?? 0)).at(-1)
      }),
    hoursOf: async (runs) =>
      runs.flatMap(({ registerId, from, until }: HourRun) => {
        const hours: HourRevision[] = []
        for (let hour = from; hour < until; hour += HOUR_MS) {
          const stored = latestOf({ registerId, hour })
          if (stored !== undefined) hours.push(stored)
        }
        return hours
      }),
  }
  return {
    writer,
    figures,
    transitions,
    emissions,
    commits: () => commits,
    failNext: (count: number) => (failures = count),
    dueNow: () => [...due.values()],
    /** Latest editions in order of (register, hour). */
    latest: (): HourRevision[] =>
      [...revisions.values()]
        .flatMap((editions) => editions.slice(-1))
        .sort((a, b) => a.registerId - b.registerId || a.hour - b.hour),
    editions: (registerId: number, hour: number) => revisions.get(keyOf({ registerId, hour })) ?? [],
  }
}
