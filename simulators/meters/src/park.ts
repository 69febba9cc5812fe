// The practice park: its sites and meters, drawn from a seed. The same seed and size give the same park.

import type { Commodity } from '@parkpulse/metering'
import { between, textSeed, uniform } from './chance.ts'
import { type Shape, shapeOf } from './shape.ts'
import { type Trade, trades } from './trades.ts'

export type ParkSize = {
  readonly seed: number
  readonly park: string
  readonly factories: number
  readonly metersPerFactory: number
}

export type SimulatedPark = {
  readonly id: string
  readonly name: string
  readonly seed: number
  readonly sites: readonly SimulatedSite[]
}

export type SimulatedSite = { readonly id: string; readonly name: string; readonly meters: readonly SimulatedMeter[] }

/** What passes: `size × (base + work × w + cooling × c)`, in kW or m³/h. */
export type Load = { readonly size: number; readonly base: number; readonly work: number; readonly cooling: number }

export type SimulatedMeter = {
  readonly park: string
  readonly site: string
  readonly id: string
  readonly name: string
  readonly serial: string
  readonly commodity: Extract<Commodity, 'electricity' | 'water' | 'wastewater'>
  readonly seed: number
  readonly shape: Shape
  readonly load: Load
  /** How much later than the site's work it flows, in milliseconds; wastewater follows water. */
  readonly delayMs: number
  /** What the register showed at the epoch, in real field units. */
  readonly start: number
  /** Real quantity = what is shown × multiplier. */
  readonly multiplier: number
  /** The smallest step shown, as decimals of the field unit. */
  readonly decimals: number
  /** First value no longer shown, in field units as shown. */
  readonly capacity: number
  /** Wastewater: ordinary strength as a share of the permit. */
  readonly strength: number
}

/** More sites than this share their days with another of the same trade: the tables of a large fleet must fit in memory. */
const SHAPES_MAX = 36

const TRANSFORMERS_FROM_KW = 1_500

const PARK_NAME = 'KCN sinh thái Nam Hải (mô phỏng) · Nam Hai Eco-Industrial Park (simulated)'

type Family = 'hall' | 'cooling' | 'utilities' | 'water' | 'wastewater'
type Plan = {
  readonly id: string
  readonly name: string
  readonly family: Family
  readonly share: number
  readonly weights: Weights
}
type Weights = Omit<Load, 'size'>

const WATER: Weights = { base: 0.06, work: 0.82, cooling: 0.12 }

/** In the order in which a factory gets them. Each feeder is a connection of its own: a site's consumption is the sum of them. */
const PLANS: readonly Plan[] = [
  {
    id: 'power-1',
    name: 'Xưởng A · Hall A',
    family: 'hall',
    share: 0.6,
    weights: { base: 0.1, work: 0.84, cooling: 0.06 },
  },
  { id: 'water', name: 'Nước cấp · Water supply', family: 'water', share: 1, weights: WATER },
  { id: 'wastewater', name: 'Nước thải · Wastewater', family: 'wastewater', share: 0.78, weights: WATER },
  {
    id: 'cooling',
    name: 'Làm lạnh · Cooling',
    family: 'cooling',
    share: 1,
    weights: { base: 0.1, work: 0.08, cooling: 0.82 },
  },
  {
    id: 'power-2',
    name: 'Xưởng B · Hall B',
    family: 'hall',
    share: 0.4,
    weights: { base: 0.12, work: 0.82, cooling: 0.06 },
  },
  {
    id: 'utilities',
    name: 'Phụ trợ · Utilities',
    family: 'utilities',
    share: 0.1,
    weights: { base: 0.3, work: 0.6, cooling: 0.1 },
  },
]

/** A park of the given size. The first twelve factories have a trade each; with more, trades come round again. */
export function simulatedPark(size: ParkSize): SimulatedPark {
  const shapes = Array.from({ length: Math.min(SHAPES_MAX, size.factories) }, (_, index) =>
    shapeOf(tradeOf(index), { weather: size.seed, site: textSeed(size.seed, `days ${index}`) }),
  )
  const sites = Array.from({ length: size.factories }, (_, index) => {
    const { vi, en } = tradeOf(index).name
    const number = String(index + 1).padStart(2, '0')
    const place = { size, trade: tradeOf(index), shape: shapes[index % SHAPES_MAX] as Shape, site: `factory-${number}` }
    const meters = Array.from({ length: size.metersPerFactory }, (__, i) => simulatedMeter(place, i))
    return { id: place.site, name: `${vi} ${number} · ${en} ${number}`, meters }
  })
  return { id: size.park, name: PARK_NAME, seed: size.seed, sites }
}

const tradeOf = (index: number): Trade => trades[index % trades.length] as Trade

type MeterPlace = { readonly size: ParkSize; readonly trade: Trade; readonly shape: Shape; readonly site: string }

function simulatedMeter({ size, trade, shape, site }: MeterPlace, index: number): SimulatedMeter {
  const plan = PLANS[index % PLANS.length] as Plan
  const round = Math.floor(index / PLANS.length)
  const rounds = Math.ceil(size.metersPerFactory / PLANS.length)
  const id = round === 0 ? plan.id : `${plan.id}-n${round + 1}`
  const seed = textSeed(size.seed, `${site}/${id}`)
  const load = { ...plan.weights, size: (fullSize(plan, trade) * between(0.9, 1.1, uniform(seed, 1))) / rounds }
  const show = displayOf(plan.family, load.size)
  return {
    park: size.park,
    site,
    id,
    name: round === 0 ? plan.name : `${plan.name} ${round + 1}`,
    serial: `NH${String(seed % 100_000_000).padStart(8, '0')}`,
    commodity: plan.family === 'water' || plan.family === 'wastewater' ? plan.family : 'electricity',
    seed,
    shape,
    load,
    delayMs: plan.family === 'wastewater' ? Math.round(between(1.5, 3, uniform(seed, 2)) * 3_600_000) : 0,
    start: Math.round(show.capacity * between(0.03, 0.6, uniform(seed, 3))) * show.multiplier,
    strength: trade.strength,
    ...show,
  }
}

function fullSize(plan: Plan, trade: Trade): number {
  if (plan.family === 'water' || plan.family === 'wastewater') return trade.waterM3h * plan.share
  return trade.powerKw * plan.share * (plan.family === 'cooling' ? trade.cooling : 1 - trade.cooling)
}

/** Large feeders hang on transformers (100/5 A, 22 000/110 V) and show a four-thousandth; then steps are finer. */
function displayOf(family: Family, size: number): Pick<SimulatedMeter, 'multiplier' | 'decimals' | 'capacity'> {
  if (family === 'water' || family === 'wastewater') return { multiplier: 1, decimals: 3, capacity: 1_000_000 }
  if (size > TRANSFORMERS_FROM_KW) return { multiplier: 4_000, decimals: 3, capacity: 1_000_000 }
  return { multiplier: 1, decimals: 2, capacity: 100_000_000 }
}
