// Rollup: from hours of registers to the figures that people ask for, by meter, site or park and by stretch of the calendar.

import {
  HOUR_MS,
  hourOf,
  qualityWorst,
  type Commodity,
  type Instant,
  type Period,
  type Quality,
  type Quantity,
  type Shares,
} from '@parkpulse/metering'
import type { HourSum } from '@parkpulse/store'
import { meterPath, type Entry } from './directory.ts'
import type { Zone } from './zone.ts'

export type By = 'meter' | 'site' | 'park'

/** Registers whose amounts may be added: the same quantity of the same commodity, in one place. */
export type Group = {
  /** Orders groups, and is where a page ends: place, commodity, quantity. */
  readonly key: string
  readonly park: string
  readonly site?: string
  readonly meter?: string
  readonly commodity: Commodity
  readonly quantity: Quantity
  readonly zone: Zone
  readonly entries: readonly Entry[]
}

/** The hours of a stretch, over all registers of a group: expected = known + missing + open. */
export type HourCounts = {
  readonly expected: number
  /** With a figure. */
  readonly known: number
  /** Over, but without a figure. */
  readonly missing: number
  /** Not over yet. */
  readonly open: number
}

/** What a group used in one stretch. Without any figure the amount is absent, never zero. */
export type Stretch = {
  readonly from: Instant
  readonly until: Instant
  readonly figure?: { readonly amount: number; readonly shares: Shares; readonly revision: number }
  readonly quality: Quality
  readonly hours: HourCounts
  /** Time within known hours about which nothing is known. */
  readonly missingMs: number
}

/** Registers in groups, in order of their keys. */
export function groupEntries(entries: readonly Entry[], by: By): readonly Group[] {
  const grouped = Map.groupBy(entries, (entry) =>
    [placeKey(entry, by), entry.meter.commodity, entry.quantity.name].join(' '),
  )
  return [...grouped].map(([key, members]) => createGroup(key, by, members)).sort((a, b) => (a.key < b.key ? -1 : 1))
}

export const placeKey = ({ meter }: Entry, by: By): string =>
  by === 'park' ? meter.park : by === 'site' ? `${meter.park}/${meter.site}` : meterPath(meter)

function createGroup(key: string, by: By, entries: readonly Entry[]): Group {
  const first = entries[0]
  if (first === undefined) throw new Error(`a group without registers: ${key}`)
  const { meter, quantity, zone } = first
  const place = {
    park: meter.park,
    ...(by === 'park' ? {} : { site: meter.site }),
    ...(by === 'meter' ? { meter: meter.id } : {}),
  }
  return { key, ...place, commodity: meter.commodity, quantity, zone, entries }
}

const NO_SHARES: Shares = { measured: 0, interpolated: 0, estimated: 0, edited: 0 }
const NOTHING = { amount: 0, shares: NO_SHARES, hours: 0, missingMs: 0, quality: 'measured', revision: 0 } as const

const addSums = (sum: HourSum, more: HourSum): HourSum => ({
  registerId: sum.registerId,
  from: sum.from,
  amount: sum.amount + more.amount,
  shares: addShares(sum.shares, more.shares),
  hours: sum.hours + more.hours,
  missingMs: sum.missingMs + more.missingMs,
  quality: qualityWorst(sum.quality, more.quality),
  revision: Math.max(sum.revision, more.revision),
})

const addShares = (a: Shares, b: Shares): Shares => ({
  measured: a.measured + b.measured,
  interpolated: a.interpolated + b.interpolated,
  estimated: a.estimated + b.estimated,
  edited: a.edited + b.edited,
})

export type GroupFacts = {
  /** How many registers the group has. */
  readonly registers: number
  readonly edges: readonly Instant[]
  /** Of these registers between these edges. */
  readonly sums: readonly HourSum[]
  readonly now: Instant
}

/** The stretches of a group between edges, one for each, with or without figures; `now` tells missing hours from open ones. */
export function stretchesOf({ registers, edges, sums, now }: GroupFacts): readonly Stretch[] {
  const byFrom = Map.groupBy(sums, (sum) => sum.from)
  return edges.slice(0, -1).map((from, index) => {
    const inStretch = byFrom.get(from) ?? []
    const known = inStretch.reduce((total, { hours }) => total + hours, 0)
    const period = { from, until: edges[index + 1] ?? from }
    return stretchOf(period, inStretch, countHours(period, registers, { known, now }))
  })
}

function stretchOf({ from, until }: Period, sums: readonly HourSum[], hours: HourCounts): Stretch {
  const total = sums.reduce<HourSum>(addSums, { ...NOTHING, registerId: 0, from })
  const quality = hours.known === 0 || hours.missing > 0 ? 'missing' : total.quality
  const base = { from, until, quality, hours, missingMs: total.missingMs } as const
  return sums.length === 0 ? base : { ...base, figure: total }
}

/** How many of the hours of a stretch are known, missing, or not over yet. */
export function countHours(
  { from, until }: Period,
  registers: number,
  { known, now }: { readonly known: number; readonly now: Instant },
): HourCounts {
  const expected = ((until - from) / HOUR_MS) * registers
  const stillOpen = (Math.max(0, until - Math.max(from, hourOf(now))) / HOUR_MS) * registers
  const open = Math.min(stillOpen, Math.max(0, expected - known))
  return { expected, known, missing: Math.max(0, expected - known - open), open }
}

/** The part of the time that is over about which something is known, 0 to 1; undefined where nothing is over yet. */
export function coverageOf({ hours, missingMs }: Pick<Stretch, 'hours' | 'missingMs'>): number | undefined {
  const over = (hours.known + hours.missing) * HOUR_MS
  return over === 0 ? undefined : (hours.known * HOUR_MS - missingMs) / over
}
