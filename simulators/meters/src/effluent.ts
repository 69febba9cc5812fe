// What wastewater carries: strength within the connection permit, with an excursion now and then so that alerts have work.

import type { Instant } from '@parkpulse/metering'
import { DAY_MS, localDay, ZONE_OFFSET_MS } from './calendar.ts'
import { between, uniform, wave } from './chance.ts'
import type { SimulatedMeter } from './park.ts'
import { temperatureC } from './weather.ts'

type Substance = {
  readonly name: string
  /** QCVN 40:2011/BTNMT, column B, without coefficients: what park plants commonly ask of those who connect. */
  readonly limit: number
  readonly decimals: number
  /** How likely an excursion is in half a day. */
  readonly excursion: number
}

const SUBSTANCES: readonly Substance[] = [
  { name: 'cod_mg_l', limit: 150, decimals: 1, excursion: 0.22 },
  { name: 'tss_mg_l', limit: 100, decimals: 1, excursion: 0.1 },
  { name: 'ammonium_n_mg_l', limit: 10, decimals: 2, excursion: 0.1 },
]

const PH_EXCURSION = 0.06

/** An excursion rises and falls like half a sine over this long: at its top it is half as much again as the limit. */
const EXCURSION_MS = [1_800_000, 3_600_000] as const
const EXCURSION_TOP = 1.5

export function effluentAt(meter: SimulatedMeter, at: Instant, weatherSeed: number): Record<string, number> {
  const values: Record<string, number> = {
    ph: phAt(meter, at),
    temperature_c: round(27 + (temperatureC(weatherSeed, at) - 24) * 0.35, 1),
  }
  for (const [index, { name, limit, decimals, excursion }] of SUBSTANCES.entries()) {
    const seed = meter.seed + 100 + index
    const usual =
      limit *
      meter.strength *
      (1 + 0.16 * wave(seed, at / 5_400_000).value + 0.03 * wave(seed + 50, at / 120_000).value)
    const depth = excursionDepth(seed, at, excursion)
    values[name] = round(between(usual, Math.max(usual, limit * EXCURSION_TOP), depth), decimals)
  }
  return values
}

function phAt(meter: SimulatedMeter, at: Instant): number {
  const seed = meter.seed + 200
  const usual = 7.3 + 0.35 * wave(seed, at / 9_000_000).value + 0.05 * wave(seed + 1, at / 90_000).value
  const acid = uniform(seed, localDay(at)) < 0.5
  return round(between(usual, acid ? 4.9 : 9.6, excursionDepth(seed, at, PH_EXCURSION)), 2)
}

/** 0 outside an excursion, up to 1 at its height. At most one in half a local day, wholly inside of it. */
function excursionDepth(seed: number, at: Instant, likelihood: number): number {
  const half = Math.floor((at + ZONE_OFFSET_MS) / (DAY_MS / 2))
  if (uniform(seed, half, 1) >= likelihood) return 0
  const length = between(EXCURSION_MS[0], EXCURSION_MS[1], uniform(seed, half, 2))
  const begin = half * (DAY_MS / 2) - ZONE_OFFSET_MS + (DAY_MS / 2 - length) * uniform(seed, half, 3)
  const share = (at - begin) / length
  return share <= 0 || share >= 1 ? 0 : Math.sin(share * Math.PI)
}

const round = (value: number, decimals: number): number => Number(value.toFixed(decimals))
