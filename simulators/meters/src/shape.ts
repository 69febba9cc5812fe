// The shape of a site's days: how much it works and how much it cools, half-hour by half-hour since the epoch, with running
// sums. A register is a weighted sum of these, so it costs the same at any instant and never depends on when anyone began.

import type { Instant } from '@parkpulse/metering'
import { dayKind, EPOCH, localDay, localHour } from './calendar.ts'
import { between, uniform } from './chance.ts'
import { busy, type Trade } from './trades.ts'
import { temperatureC } from './weather.ts'

const SLOT_MS = 1_800_000
const SLOT_HOURS = 0.5

/** Slots added at a time: about two months, so that a table grows rarely and never far ahead. */
const GROWTH = 3_000

/** Cooling begins above this outside temperature and is at its full size this much above it. */
const COOLING_FROM_C = 19
const COOLING_SPAN_C = 14

/** What has gathered since the epoch (in hours at full size), and the level at this instant (0 to about 1). */
export type ShapePoint = {
  readonly workHours: number
  readonly work: number
  readonly coolingHours: number
  readonly cooling: number
}

export type Shape = (at: Instant) => ShapePoint

/** Both seeds are whole numbers: the weather is the whole park's, the days are the site's own. */
export type ShapeSeeds = { readonly weather: number; readonly site: number }

/** The shape of one site. Keeps a table inside (0.3 MB a year); the answers don't depend on the order of the questions. */
export function shapeOf(trade: Trade, seeds: ShapeSeeds): Shape {
  const workBefore = [0]
  const coolingBefore = [0]
  function grow(until: number): void {
    for (let slot = workBefore.length - 1; slot < until; slot += 1) {
      const at = EPOCH + slot * SLOT_MS
      const work = workLevel(trade, seeds.site, at)
      workBefore.push((workBefore[slot] as number) + work * SLOT_HOURS)
      const cooling = coolingLevel(work, temperatureC(seeds.weather, at))
      coolingBefore.push((coolingBefore[slot] as number) + cooling * SLOT_HOURS)
    }
  }
  return (at) => {
    const x = (at - EPOCH) / SLOT_MS
    if (!(x >= 0)) throw new RangeError(`the simulated park did not exist at ${at}`)
    const slot = Math.floor(x)
    if (slot + 1 >= workBefore.length) grow(slot + GROWTH)
    const work = between(workBefore[slot] as number, workBefore[slot + 1] as number, x - slot)
    const cooling = between(coolingBefore[slot] as number, coolingBefore[slot + 1] as number, x - slot)
    return {
      workHours: work,
      work: ((workBefore[slot + 1] as number) - (workBefore[slot] as number)) / SLOT_HOURS,
      coolingHours: cooling,
      cooling: ((coolingBefore[slot + 1] as number) - (coolingBefore[slot] as number)) / SLOT_HOURS,
    }
  }
}

/** Work at an instant: shifts, the kind of day, and good and bad days. */
function workLevel(trade: Trade, seed: number, at: Instant): number {
  const day = localDay(at)
  const ofDay = between(0.92, 1.04, uniform(seed, day))
  const kind = dayKind(day)
  const share = kind === 'weekday' ? 1 : kind === 'saturday' ? trade.saturday : kind === 'sunday' ? trade.sunday : 0.04
  return busy(trade.shifts, localHour(at)) * share * ofDay
}

/** People and machines want cooling while they work; a third of it (stores, server rooms) goes on. */
function coolingLevel(work: number, outsideC: number): number {
  const hot = Math.min(1.3, Math.max(0.06, (outsideC - COOLING_FROM_C) / COOLING_SPAN_C))
  return hot * (0.33 + 0.67 * work)
}
