// Laws of the practice park, over seeds, meters and instants.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, EPOCH, ZONE_OFFSET_MS } from './calendar.ts'
import { shownAt } from './display.ts'
import { flowAt } from './flow.ts'
import { type SimulatedMeter, type SimulatedPark, simulatedPark } from './park.ts'

const SEED = 20_260
const SIZE = { seed: SEED, park: 'nam-hai', factories: 12, metersPerFactory: 6 }
const park = simulatedPark(SIZE)
const meters = park.sites.flatMap((site) => site.meters)
const HOUR_MS = 3_600_000

/** From a month after the epoch into 2028. */
const instants = fc.integer({ min: EPOCH + 31 * DAY_MS, max: Date.UTC(2028, 0, 1) })
const anyMeter = fc.constantFrom(...meters)
const law = { seed: SEED, numRuns: 300 }

const named = (site: string, id: string): SimulatedMeter => {
  const meter = meters.find((one) => one.site === site && one.id === id)
  if (meter === undefined) throw new Error(`no meter ${site}/${id}`)
  return meter
}
const used = (meter: SimulatedMeter, from: number, ms: number) =>
  flowAt(meter, from + ms).total - flowAt(meter, from).total
/** Local midnight. */
const midnight = (year: number, month: number, day: number) => Date.UTC(year, month - 1, day) - ZONE_OFFSET_MS

describe('registers', () => {
  test('never run backwards, and never faster than the connection allows', () => {
    fc.assert(
      fc.property(anyMeter, instants, fc.integer({ min: 0, max: 40 * HOUR_MS }), (meter, at, ms) => {
        const passed = used(meter, at, ms)
        expect(passed).toBeGreaterThanOrEqual(0)
        expect(passed).toBeLessThanOrEqual(Math.ceil(meter.load.size * 2) * (ms / HOUR_MS) + 1e-6)
      }),
      law,
    )
  })

  test('always move: an hour without any is a dead meter, not a quiet one', () => {
    fc.assert(
      fc.property(anyMeter, instants, (meter, at) => used(meter, at, HOUR_MS) > 0),
      law,
    )
  })

  test('show the same whoever asks, whenever they began, in whatever order', () => {
    fc.assert(
      fc.property(fc.nat(meters.length - 1), fc.array(instants, { minLength: 2, maxLength: 6 }), (index, times) => {
        const forwards = times.map((at) => shownAt(meters[index] as SimulatedMeter, at, SEED))
        const fresh = simulatedPark(SIZE).sites.flatMap((site) => site.meters)[index] as SimulatedMeter
        const backwards = times.toReversed().map((at) => shownAt(fresh, at, SEED))
        expect(backwards.toReversed()).toEqual(forwards)
      }),
      { seed: SEED, numRuns: 25 },
    )
  })

  test('the power shown is the slope of the energy', () => {
    fc.assert(
      fc.property(anyMeter, instants, (meter, at) => {
        const half = 500
        const slope = used(meter, at - half, 2 * half) / ((2 * half) / HOUR_MS)
        const { rate } = flowAt(meter, at)
        // At the turn of a half-hour the two sides differ; there the slope lies between them.
        const sides = [flowAt(meter, at - half).rate, flowAt(meter, at + half).rate]
        const low = Math.min(rate, ...sides)
        const high = Math.max(rate, ...sides)
        expect(slope).toBeGreaterThan(low * 0.98 - 1e-3)
        expect(slope).toBeLessThan(high * 1.02 + 1e-3)
      }),
      law,
    )
  })

  test('another seed is another park', () => {
    const other = simulatedPark({ ...SIZE, seed: SEED + 1 }).sites[0]?.meters[0] as SimulatedMeter
    const at = midnight(2026, 11, 20)
    expect(shownAt(other, at, SEED + 1)).not.toEqual(shownAt(meters[0] as SimulatedMeter, at, SEED))
  })

  test('a register beyond its last digit goes on from zero', () => {
    const meter = { ...(meters[0] as SimulatedMeter), multiplier: 1, decimals: 2, capacity: 1_000 }
    const at = midnight(2026, 11, 20)
    const { total } = flowAt(meter, at)
    expect(shownAt(meter, at, SEED)['active_energy_import_kwh']).toBeCloseTo(total % 1_000, 1)
  })
})

describe('days', () => {
  const wednesday = midnight(2026, 11, 18)
  const sunday = midnight(2026, 11, 22)

  test.each(park.sites.map((site) => [site.id] as const))('%s uses less on a Sunday than on a Wednesday', (site) => {
    const hall = named(site, 'power-1')
    expect(used(hall, sunday, DAY_MS)).toBeLessThan(used(hall, wednesday, DAY_MS))
  })

  test('a one-shift factory works by day and rests at noon', () => {
    const hall = named('factory-02', 'power-1')
    const at = (hour: number) => used(hall, wednesday + hour * HOUR_MS, HOUR_MS)
    expect(at(10)).toBeGreaterThan(4 * at(2))
    expect(at(11.5)).toBeLessThan(0.75 * at(10))
  })

  test('Tet is quiet', () => {
    const hall = named('factory-08', 'power-1')
    expect(used(hall, midnight(2026, 2, 17), DAY_MS)).toBeLessThan(0.4 * used(hall, midnight(2026, 3, 17), DAY_MS))
  })

  test('cooling follows the heat: July takes at least twice as much as January', () => {
    const cooling = named('factory-11', 'cooling')
    const july = used(cooling, midnight(2026, 7, 1), 28 * DAY_MS)
    expect(july).toBeGreaterThan(2 * used(cooling, midnight(2026, 1, 5), 28 * DAY_MS))
  })

  test.each(park.sites.map((site) => [site.id] as const))(
    '%s: wastewater is a good part of the water, and comes later',
    (site) => {
      const share =
        used(named(site, 'wastewater'), wednesday, 7 * DAY_MS) / used(named(site, 'water'), wednesday, 7 * DAY_MS)
      expect(share).toBeGreaterThan(0.55)
      expect(share).toBeLessThan(1)
    },
  )

  test('wastewater matches the water of some hours ago better than the water of now', () => {
    const [water, waste] = [named('factory-02', 'water'), named('factory-02', 'wastewater')]
    const hours = Array.from({ length: 5 * 24 }, (_, i) => midnight(2026, 11, 16) + i * HOUR_MS)
    const apart = (shiftMs: number) =>
      hours.reduce((sum, at) => {
        const before = used(water, at - shiftMs, HOUR_MS) / water.load.size
        return sum + Math.abs(before - used(waste, at, HOUR_MS) / waste.load.size)
      }, 0)
    expect(apart(waste.delayMs)).toBeLessThan(0.5 * apart(0))
  })
})

describe('wastewater', () => {
  const LIMITS: Record<string, [number, number]> = {
    cod_mg_l: [0, 150],
    tss_mg_l: [0, 100],
    ammonium_n_mg_l: [0, 10],
    ph: [5.5, 9],
    temperature_c: [10, 40],
  }

  test('keeps the permit nearly always, but not always: some days have an excursion of more than ten minutes', () => {
    const { minutes, beyond, longest } = excursions(park, LIMITS)
    expect(beyond / minutes).toBeGreaterThan(0.000_5)
    expect(beyond / minutes).toBeLessThan(0.03)
    expect(longest).toBeGreaterThan(10)
  })
})

function excursions({ sites }: SimulatedPark, limits: Record<string, [number, number]>) {
  let [minutes, beyond, longest] = [0, 0, 0]
  for (const meter of sites.flatMap((site) => site.meters).filter(({ commodity }) => commodity === 'wastewater')) {
    let row = 0
    for (let at = midnight(2026, 11, 16); at < midnight(2026, 11, 19); at += 60_000) {
      const shown = shownAt(meter, at, SEED)
      const out = Object.entries(limits).some(
        ([name, [low, high]]) => !((shown[name] as number) >= low && (shown[name] as number) <= high),
      )
      minutes += 1
      row = out ? row + 1 : 0
      beyond += out ? 1 : 0
      longest = Math.max(longest, row)
    }
  }
  return { minutes, beyond, longest }
}
