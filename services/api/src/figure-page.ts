// A page of figures: which groups and which stretches of them, so that no question costs more than it may.

import { HOUR_MS, type Instant, type Period } from '@parkpulse/metering'
import { edgesOf, type Interval } from './calendar.ts'
import type { Entry } from './directory.ts'
import { badInput } from './problem.ts'
import { DAY_MS } from './query.ts'
import type { Zone } from './zone.ts'

/** Some 4 MB of JSON. */
export const FIGURES_PER_PAGE_MAX = 10_000

/** Hours of registers that one page adds up: a year of 228 registers. A page ends before it gets more. */
export const REGISTER_HOURS_PER_PAGE_MAX = 2_000_000
/** What one group may take by itself: a year of 1 000 registers. Beyond it, ask for a shorter period. */
export const REGISTER_HOURS_PER_GROUP_MAX = 9_000_000

/** The longest period that may be asked for at once. */
export const PERIOD_MAX_MS: Readonly<Record<Interval, number>> = {
  hour: 400 * DAY_MS,
  day: 3_660 * DAY_MS,
  month: 10_980 * DAY_MS,
}

/**
 * Registers times stretches on one page, each a row in memory: 1 000 hours of 250 registers, in some 1.5 s. A page is cut, within a
 * group too, before it gets more; one stretch of a group is always whole.
 */
export const SUMS_PER_PAGE_MAX = 250_000

type Groupable = { readonly key: string; readonly zone: Zone; readonly entries: readonly Entry[] }

/** A group with the edges between which it is asked for on this page. */
export type Slot<G> = { readonly group: G; readonly edges: readonly Instant[] }
export type PageStart = { readonly key: string; readonly from: Instant }
export type FigurePage<G> = { readonly slots: readonly Slot<G>[]; readonly next?: PageStart }
export type PageQuestion = {
  readonly period: Period
  readonly interval: Interval
  readonly start?: PageStart | undefined
  readonly limit: number
}

/** The slots of one page of `limit` stretches. Groups are in order of their keys. Groups of one zone share their edges. */
export function planPage<G extends Groupable>(
  groups: readonly G[],
  { period, interval, start, limit }: PageQuestion,
): FigurePage<G> {
  const edgesByZone = new Map<string, readonly Instant[]>()
  const slots: Slot<G>[] = []
  let left = limit
  let hoursLeft = REGISTER_HOURS_PER_PAGE_MAX
  let sumsLeft = SUMS_PER_PAGE_MAX
  for (const group of groups.filter(({ key }) => start === undefined || key >= start.key)) {
    const all = edgesByZone.get(group.zone.name) ?? edgesOf(period, interval, group.zone)
    edgesByZone.set(group.zone.name, all)
    const from = group.key === start?.key ? start.from : period.from
    const room = Math.max(slots.length === 0 ? 1 : 0, Math.floor(sumsLeft / group.entries.length))
    const edges = cut(from === period.from ? all : all.filter((edge) => edge >= from), Math.min(left, room))
    const hours = hoursOf(edges) * group.entries.length
    if (hours > REGISTER_HOURS_PER_GROUP_MAX) throw tooMuch(group.key)
    if (left === 0 || room === 0 || (hours > hoursLeft && slots.length > 0))
      return { slots, next: { key: group.key, from } }
    slots.push({ group, edges })
    left -= edges.length - 1
    sumsLeft -= (edges.length - 1) * group.entries.length
    hoursLeft -= hours
    const last = edges.at(-1) ?? period.until
    if (last < period.until) return { slots, next: { key: group.key, from: last } }
  }
  return { slots }
}

const cut = (edges: readonly Instant[], stretches: number): readonly Instant[] =>
  edges.length - 1 <= stretches ? edges : edges.slice(0, stretches + 1)

const hoursOf = (edges: readonly Instant[]): number => ((edges.at(-1) ?? 0) - (edges.at(0) ?? 0)) / HOUR_MS

const tooMuch = (key: string) =>
  badInput({
    field: 'to',
    problem: `${key.split(' ')[0]} would add up more than ${REGISTER_HOURS_PER_GROUP_MAX} hours of registers at once: ask for a shorter period or by=site`,
  })

/** Slots by what they can be asked for together: the same edges. */
export const slotsByEdges = <G>(slots: readonly Slot<G>[]): ReadonlyMap<readonly Instant[], readonly Slot<G>[]> =>
  Map.groupBy(slots, ({ edges }) => edges)
