// What passes a simulated meter: the total since the beginning and the rate at an instant, both exact and without memory.

import type { Instant } from '@parkpulse/metering'
import { EPOCH } from './calendar.ts'
import { wave, WAVE_SLOPE_MAX } from './chance.ts'
import type { SimulatedMeter } from './park.ts'

/** What has passed (kWh, m³; real, the meter's start included), and what passes (kW, m³/h). */
export type Flow = { readonly total: number; readonly rate: number }

/** Nobody keeps the timetable to the minute: each meter's own time wanders around the true one. */
const WANDERS = [
  { everyMs: 7_200_000, byMs: 600_000 },
  { everyMs: 1_200_000, byMs: 90_000 },
] as const

/** The meter's own time could run backwards, and registers with it, if wandering were steeper than time itself. */
const STEEPEST = WANDERS.reduce((sum, { everyMs, byMs }) => sum + (WAVE_SLOPE_MAX * byMs) / everyMs, 0)
if (STEEPEST >= 1) throw new Error(`wandering is steeper than time: ${STEEPEST}`)

/**
 * The flow through a meter. Since the total is read off a shape's running sum at the meter's own time, it never falls, it is
 * the same whoever asks and whenever they began, and the rate is its exact derivative between half-hours.
 */
export function flowAt(meter: SimulatedMeter, at: Instant): Flow {
  const late = Math.max(EPOCH, at - meter.delayMs)
  const { ownTime, pace } = ownTimeOf(meter.seed, late)
  const { size, base, work, cooling } = meter.load
  const shape = meter.shape(ownTime)
  const hours = (ownTime - EPOCH) / 3_600_000
  return {
    total: meter.start + size * (base * hours + work * shape.workHours + cooling * shape.coolingHours),
    rate: size * (base + work * shape.work + cooling * shape.cooling) * pace,
  }
}

function ownTimeOf(seed: number, at: Instant): { ownTime: Instant; pace: number } {
  let ownTime = at
  let pace = 1
  for (const [index, { everyMs, byMs }] of WANDERS.entries()) {
    const now = wave(seed + index, at / everyMs)
    ownTime += now.value * byMs
    pace += (now.slope * byMs) / everyMs
  }
  return { ownTime: Math.max(EPOCH, ownTime), pace }
}
