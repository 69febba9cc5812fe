// Rollup of emissions: from hours of registers to masses by place, scope and method, gases apart; CO2e by a chosen GWP set.

import {
  co2eKg,
  emissionsOf,
  shippedFactors,
  type FactorStatus,
  type Gases,
  type GwpSet,
  type Method,
  type Scope,
} from '@parkpulse/emissions'
import type { Commodity, Instant, Period, Quality } from '@parkpulse/metering'
import type { EmissionSum } from '@parkpulse/store'
import type { Entry } from './directory.ts'
import { countHours, placeKey, type By, type HourCounts } from './sum.ts'
import type { Zone } from './zone.ts'

/** One scope by one method in one place, with the registers that cause it. */
export type EmissionGroup = {
  readonly key: string
  readonly park: string
  readonly site?: string
  readonly meter?: string
  readonly scope: Scope
  readonly method: Method
  readonly zone: Zone
  readonly entries: readonly Entry[]
}

/** Kilograms of CO2e by how the amounts behind them are known. */
export type MassShares = Readonly<Partial<Record<Quality, number>>>
export type FactorUse = { readonly id: string; readonly status: FactorStatus; readonly hours: number }

/** What a group emitted in one stretch. Without any hour that has a factor the mass is absent, never zero. */
export type EmissionStretch = {
  readonly from: Instant
  readonly until: Instant
  readonly mass?: { readonly co2eKg: number; readonly gases: Gases; readonly shares: MassShares }
  readonly factors: readonly FactorUse[]
  /** `known` counts hours with a factor; hours with a figure but no factor stand apart. */
  readonly hours: HourCounts & { readonly noFactor: number }
}

/** Registers in groups by place, scope and method; those that emit nothing by themselves are in none. */
export function groupEmitters(entries: readonly Entry[], by: By, at: Instant): readonly EmissionGroup[] {
  const emitters = entries.flatMap((entry) => kindsOf(entry, at).map(({ scope, method }) => ({ entry, scope, method })))
  const grouped = Map.groupBy(emitters, ({ entry, scope, method }) => `${placeKey(entry, by)} ${scope} ${method}`)
  return [...grouped]
    .flatMap(([key, members]) => {
      const first = members[0]
      if (first === undefined) return []
      const { park, site, id } = first.entry.meter
      const place = { park, ...(by === 'park' ? {} : { site }), ...(by === 'meter' ? { meter: id } : {}) }
      const { scope, method } = first
      return [{ key, ...place, scope, method, zone: first.entry.zone, entries: members.map(({ entry }) => entry) }]
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** Which scopes and methods a register would be counted under: asked of the emissions themselves, with an empty hour. */
function kindsOf({ register, quantity, gridRegion }: Entry, at: Instant): readonly { scope: Scope; method: Method }[] {
  const shares = { measured: 0, interpolated: 0, estimated: 0, edited: 0 }
  const hour = { registerId: register.id, hour: at, amount: 0, shares, quality: 'measured', missingMs: 0 } as const
  const question = { quantity: quantity.name, gridRegion, book: shippedFactors }
  return emissionsOf({ ...question, figure: { ...hour, events: [], revision: 1 } })
}

const NO_GASES: Gases = { co2Kg: 0, ch4Kg: 0, n2oKg: 0 }
const addGases = (a: Gases, b: Gases): Gases => ({
  co2Kg: a.co2Kg + b.co2Kg,
  ch4Kg: a.ch4Kg + b.ch4Kg,
  n2oKg: a.n2oKg + b.n2oKg,
})

export type EmissionFacts = { readonly sums: readonly EmissionSum[]; readonly gwp: GwpSet; readonly now: Instant }

/** The stretches of a group between edges. `sums` are those of its registers, of other scopes and methods too. */
export function emissionStretches(
  group: EmissionGroup,
  edges: readonly Instant[],
  { sums, gwp, now }: EmissionFacts,
): readonly EmissionStretch[] {
  const commodityOf = new Map(group.entries.map(({ register, meter }) => [register.id, meter.commodity]))
  const weigh = (sum: EmissionSum) => co2eKg(sum.gases, gwp, methaneOf(commodityOf.get(sum.registerId)))
  const ours = sums.filter(({ scope, method }) => scope === group.scope && method === group.method)
  const byFrom = Map.groupBy(ours, (sum) => sum.from)
  return edges.slice(0, -1).map((from, index) => {
    const inStretch = byFrom.get(from) ?? []
    const period = { from, until: edges[index + 1] ?? from }
    const hours = countHours(period, group.entries.length, { known: hoursIn(inStretch), now })
    return stretchOf(period, { sums: inStretch, hours, weigh })
  })
}

type StretchFacts = {
  readonly sums: readonly EmissionSum[]
  readonly hours: HourCounts
  readonly weigh: (sum: EmissionSum) => number
}

function stretchOf({ from, until }: Period, { sums, hours, weigh }: StretchFacts): EmissionStretch {
  const withFactor = sums.filter((sum) => sum.factor !== undefined)
  const known = hoursIn(withFactor)
  const base = {
    from,
    until,
    factors: factorsOf(withFactor),
    hours: { ...hours, known, noFactor: hours.known - known },
  }
  return withFactor.length === 0 ? base : { ...base, mass: massOf(withFactor, weigh) }
}

const hoursIn = (sums: readonly EmissionSum[]): number => sums.reduce((total, { hours }) => total + hours, 0)

/** Methane of wastewater is of living origin, all other of ours is fossil (domain facts §2.1). */
const methaneOf = (commodity: Commodity | undefined) => (commodity === 'wastewater' ? 'non-fossil' : 'fossil')

function massOf(sums: readonly EmissionSum[], weigh: (sum: EmissionSum) => number) {
  const shares: Partial<Record<Quality, number>> = {}
  for (const sum of sums) shares[sum.quality] = (shares[sum.quality] ?? 0) + weigh(sum)
  const gases = sums.reduce((total, sum) => addGases(total, sum.gases), NO_GASES)
  return { co2eKg: sums.reduce((total, sum) => total + weigh(sum), 0), gases, shares }
}

function factorsOf(sums: readonly EmissionSum[]): readonly FactorUse[] {
  const uses = new Map<string, FactorUse>()
  for (const { factor, hours } of sums) {
    if (factor === undefined) continue
    const key = `${factor.id} ${factor.status}`
    uses.set(key, { ...factor, hours: hours + (uses.get(key)?.hours ?? 0) })
  }
  return [...uses.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}
