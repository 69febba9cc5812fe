import { describe, expect, it } from 'vitest'
import { HOUR_MS } from './instant.ts'
import type { CumulativeRegister } from './register.ts'
import { step } from './step.ts'

// Five digits of whole kWh behind no transformer, at most 400 kW.
const meter: CumulativeRegister = {
  kind: 'cumulative',
  id: 1,
  quantity: 'active_energy_import_kwh',
  resolution: 1_000,
  capacity: 100_000_000,
  multiplier: 1,
  mostPerHour: 400_000,
}
const kwh = (value: number) => Math.round(value * 1000)
const stepOf = (from: number, to: number, hours: number, change: Partial<CumulativeRegister> = {}) =>
  step({ at: 0, value: kwh(from) }, { at: hours * HOUR_MS, value: kwh(to) }, { ...meter, ...change })

describe('step', () => {
  it.each([
    // from, to (kWh), hours, what
    [100, 105, 1, { kind: 'advance', amount: 5_000 }],
    [100, 100, 1, { kind: 'advance', amount: 0 }],
    [100, 500, 1, { kind: 'advance', amount: 400_000 }],
    [100, 101, 1 / 3600, { kind: 'advance', amount: 1_000 }], // the display turned just now
    [100, 502, 1, { kind: 'implausible', amount: 402_000 }],
    [100, 103, 1 / 3600, { kind: 'implausible', amount: 3_000 }],
    [100, 900, 2, { kind: 'advance', amount: 800_000 }],
    [99_850, 120, 1, { kind: 'rollover', amount: 270_000 }], // the usual textbook case: five digits, 99 850 → 120
    [99_999, 0, 1, { kind: 'rollover', amount: 1_000 }],
    [99_500, 120, 1, { kind: 'reset', atLeast: 120_000 }], // 620 kWh do not fit in an hour of 400 kW
    [50_000, 3, 1, { kind: 'reset', atLeast: 3_000 }],
    [50_000, 0, 1, { kind: 'reset', atLeast: 0 }],
    [50_000, 3, 1_000, { kind: 'reset', atLeast: 3_000 }], // it could be carried, but backwards is the shorter way
    [50_000, 49_000, 1, { kind: 'implausible', amount: -1_000_000 }],
    [100, 99, 1, { kind: 'dip' }],
    [100, 99.999, 1, { kind: 'dip' }],
    [1, 0, 1, { kind: 'dip' }],
    [0, 99_999, 1, { kind: 'dip' }], // trembled back over the edge
    [1, 99_999, 1, { kind: 'implausible', amount: 99_998_000 }],
    [100, -1, 1, { kind: 'implausible', amount: -101_000 }],
    [99_999, 100_000, 1, { kind: 'implausible', amount: 1_000 }], // cannot be shown
  ])('%d → %d kWh in %d h', (from, to, hours, expected) => {
    expect(stepOf(from, to, hours)).toEqual(expected)
  })

  it.each([
    ['200/5 A and 22 000/110 V', 8_000, 100, 100.01, { kind: 'advance', amount: 80_000 }],
    ['a rollover behind a transformer', 10, 99_990, 5, { kind: 'rollover', amount: 150_000 }],
    ['a reset behind a transformer', 10, 50_000, 5, { kind: 'reset', atLeast: 50_000 }],
    ['too much behind a transformer', 10, 100, 142, { kind: 'implausible', amount: 420_000 }],
  ])('%s: × %d', (_, multiplier, from, to, expected) => {
    expect(stepOf(from, to, 1, { multiplier })).toEqual(expected)
  })

  it('adds up under a fractional multiplier', () => {
    const register = { ...meter, multiplier: 0.3, resolution: 1 }
    const amounts = Array.from({ length: 100 }, (_, index) => {
      const seen = step(
        { at: index, value: index },
        { at: index + 1, value: index + 1 },
        { ...register, mostPerHour: 1e12 },
      )
      return seen.kind === 'advance' ? seen.amount : Number.NaN
    })
    expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(30)
  })

  it.each([0, -1])('refuses to step %d ms', (elapsed) => {
    expect(() => step({ at: 0, value: 0 }, { at: elapsed, value: 1 }, meter)).toThrow('forward in time')
  })
})
