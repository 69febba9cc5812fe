// What a simulated meter shows at an instant: the values of one payload, in the vocabulary's names and field units.

import type { Instant } from '@parkpulse/metering'
import { wave } from './chance.ts'
import { effluentAt } from './effluent.ts'
import { flowAt } from './flow.ts'
import type { SimulatedMeter } from './park.ts'

export type Shown = Readonly<Record<string, number>>

/** `resetTotal`: what had passed when the register was last set to zero, in real field units; only with faults. */
export function shownAt(meter: SimulatedMeter, at: Instant, weatherSeed: number, resetTotal?: number): Shown {
  const { total, rate } = flowAt(meter, at)
  const counted = resetTotal === undefined ? total : total - resetTotal
  if (meter.commodity === 'electricity') return electricityShown(meter, at, { total: counted, rate })
  const water = { volume_m3: registerShown(meter, counted), flow_m3_h: round(rate, 2) }
  if (meter.commodity === 'wastewater') return { ...water, ...effluentAt(meter, at, weatherSeed) }
  return {
    ...water,
    pressure_bar: round(3.4 + 0.35 * wave(meter.seed + 20, at / 600_000).value - 0.4 * busyness(meter, rate), 2),
  }
}

function electricityShown(meter: SimulatedMeter, at: Instant, flow: { total: number; rate: number }): Shown {
  const usualFactor = 0.88 + (meter.seed % 97) / 1_000
  const factor = Math.min(
    0.99,
    usualFactor + 0.03 * busyness(meter, flow.rate) - 0.02 + 0.012 * wave(meter.seed + 30, at / 240_000).value,
  )
  const powerKw = flow.rate * (1 + 0.01 * wave(meter.seed + 31, at / 15_000).value)
  const voltage = 229 + 3 * wave(meter.seed + 32, at / 1_800_000).value - 3 * busyness(meter, flow.rate)
  const lowSideVoltage = meter.multiplier === 1 ? voltage : voltage * 55
  return {
    active_energy_import_kwh: registerShown(meter, flow.total),
    reactive_energy_import_kvarh: registerShown(meter, flow.total * reactiveShare(usualFactor)),
    active_power_kw: round(powerKw, 1),
    power_factor: round(factor, 3),
    voltage_l1_v: round(lowSideVoltage, 1),
    current_l1_a: round((powerKw * 1_000) / (3 * lowSideVoltage * factor), 1),
  }
}

/** kvarh for each kWh at a power factor: tan(acos(cos φ)). */
const reactiveShare = (factor: number): number => Math.sqrt(1 - factor * factor) / factor

const busyness = (meter: SimulatedMeter, rate: number): number => Math.min(1.2, rate / meter.load.size)

/** What a register with so many digits shows: real quantity over the multiplier, cut (not rounded) to its last digit, rolled over. */
export function registerShown(
  meter: Pick<SimulatedMeter, 'multiplier' | 'decimals' | 'capacity'>,
  real: number,
): number {
  const perUnit = 10 ** meter.decimals
  const steps = Math.floor((real / meter.multiplier) * perUnit) % (meter.capacity * perUnit)
  return steps / perUnit
}

const round = (value: number, decimals: number): number => Number(value.toFixed(decimals))
