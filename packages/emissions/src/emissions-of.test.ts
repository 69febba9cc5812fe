import type { HourFigure } from '@parkpulse/metering'
import { HOUR_MS } from '@parkpulse/metering'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Emission } from './emission.ts'
import { emissionsOf } from './emissions-of.ts'
import { shippedFactors } from './factor-book.ts'
import { co2eKg, gwpSets } from './gwp.ts'

const HOUR_2023 = Date.parse('2023-06-01T00:00:00Z')

const figure = (amount: number, hour: number): HourFigure & { revision: number } => ({
  registerId: 7,
  hour,
  amount,
  shares: { measured: amount, interpolated: 0, estimated: 0, edited: 0 },
  quality: 'interpolated',
  missingMs: 0,
  events: [],
  revision: 3,
})
const ask = (amount: number, hour = HOUR_2023, quantity = 'active_energy_import_kwh', gridRegion = 'VN') =>
  emissionsOf({ figure: figure(amount, hour), quantity, gridRegion, book: shippedFactors })
const co2Of = (amount: number, hour = HOUR_2023): number => (ask(amount, hour)[0] as Emission).gases.co2Kg

describe('emissions of an hour', () => {
  it('test vector 1 of the domain facts: 1 234.5 kWh × 0.6592 = 813.7824 kg CO2, to the last digit', () => {
    expect(ask(1_234_500)).toEqual([
      {
        kind: 'emission',
        registerId: 7,
        hour: HOUR_2023,
        scope: 2,
        method: 'location',
        gases: { co2Kg: 813.7824, ch4Kg: 0, n2oKg: 0 },
        factorId: 'vn-grid-2023',
        factorStatus: 'official',
        hourRevision: 3,
        quality: 'interpolated',
      },
    ])
  })

  it.each([
    ['nothing used is zero, and says so', 0, 0],
    ['a single watt-hour', 1, 0.0006592],
    ['a megawatt-hour is the factor itself', 1_000_000, 659.2],
    ['100 MW for an hour', 100_000_000, 65_920],
  ])('%s', (_case, wattHours, kg) => expect(co2Of(wattHours)).toBe(kg))

  it('of a year that is not published yet are provisional', () => {
    expect(ask(1000, Date.parse('2026-11-22T01:00:00Z'))).toMatchObject([
      { kind: 'emission', factorId: 'vn-grid-2023', factorStatus: 'provisional' },
    ])
  })

  it.each([
    ['before the first row', Date.parse('2013-06-01T00:00:00Z'), 'VN'],
    ['in a region without rows', HOUR_2023, 'LA'],
  ])('%s there is no factor, which is not zero', (_case, hour, region) => {
    const [outcome, ...rest] = ask(1000, hour, 'active_energy_import_kwh', region)
    expect(rest).toEqual([])
    expect(outcome).toMatchObject({ kind: 'no-factor', scope: 2, method: 'location', hourRevision: 3 })
    expect(outcome).not.toHaveProperty('gases')
  })

  it.each(['active_energy_export_kwh', 'reactive_energy_import_kvarh', 'volume_m3', 'active_power_kw', 'nonsense'])(
    '%s emits nothing by itself (and export is never negative)',
    (quantity) => expect(ask(1000, HOUR_2023, quantity)).toEqual([]),
  )
})

/** Each product is rounded once, by half an ulp: 2^-53 of its value; sums of n of them by n times that. */
const close = (a: number, b: number, terms: number) =>
  expect(Math.abs(a - b)).toBeLessThanOrEqual(Math.max(a, b) * terms * 2 ** -52)
const wattHours = fc.integer({ min: 0, max: 200_000_000 })

describe('laws', () => {
  it('emissions are linear in activity', () => {
    fc.assert(
      fc.property(wattHours, fc.integer({ min: 0, max: 1000 }), (amount, times) => {
        close(co2Of(amount * times), co2Of(amount) * times, 2)
      }),
      { seed: 20_261_122 },
    )
  })
  it('splitting a period changes nothing', () => {
    fc.assert(
      fc.property(fc.array(wattHours, { minLength: 1, maxLength: 24 }), (amounts) => {
        const whole = co2Of(amounts.reduce((sum, amount) => sum + amount, 0))
        const parts = amounts.reduce((sum, amount, hour) => sum + co2Of(amount, HOUR_2023 + hour * HOUR_MS), 0)
        close(whole, parts, amounts.length + 1)
      }),
      { seed: 20_261_122 },
    )
  })
  it('more activity never emits less, and nothing is negative', () => {
    fc.assert(
      fc.property(wattHours, wattHours, (a, b) => {
        expect(co2Of(Math.max(a, b))).toBeGreaterThanOrEqual(co2Of(Math.min(a, b)))
        expect(co2Of(a)).toBeGreaterThanOrEqual(0)
      }),
      { seed: 20_261_122 },
    )
  })
})

describe('CO2e by GWP set', () => {
  // Test vectors 3, 4 and 6 of the domain facts.
  it.each([
    ['7.14 kg CH4 of wastewater, AR5', { co2Kg: 0, ch4Kg: 7.14, n2oKg: 0 }, 'AR5', 199.92],
    ['7.14 kg CH4 of wastewater, AR6', { co2Kg: 0, ch4Kg: 7.14, n2oKg: 0 }, 'AR6', 192.78],
    ['0.26775 kg CH4 of wastewater, AR6', { co2Kg: 0, ch4Kg: 0.26775, n2oKg: 0 }, 'AR6', 7.22925],
    ['0.0812114 kg N2O, AR5', { co2Kg: 0, ch4Kg: 0, n2oKg: 0.0812114 }, 'AR5', 21.521_021],
    ['0.0812114 kg N2O, AR6', { co2Kg: 0, ch4Kg: 0, n2oKg: 0.0812114 }, 'AR6', 22.170_712_2],
    ['all three, AR4', { co2Kg: 1, ch4Kg: 1, n2oKg: 1 }, 'AR4', 324],
  ] as const)('%s', (_case, gases, set, expected) =>
    expect(co2eKg(gases, gwpSets[set], 'non-fossil')).toBeCloseTo(expected, 9),
  )

  it('methane of unknown origin has none; without methane nobody asks', () => {
    expect(() => co2eKg({ co2Kg: 1, ch4Kg: 1, n2oKg: 0 }, gwpSets.AR6)).toThrow('origin')
    expect(co2eKg({ co2Kg: 1, ch4Kg: 1, n2oKg: 0 }, gwpSets.AR6, 'fossil')).toBe(30.8)
    expect(co2eKg({ co2Kg: 813.7824, ch4Kg: 0, n2oKg: 0 }, gwpSets.AR6)).toBe(813.7824)
  })
})
