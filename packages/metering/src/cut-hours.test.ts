import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countReadings } from './count-readings.ts'
import { cutHours } from './cut-hours.ts'
import type { Carry, HourFigure } from './hour.ts'
import { HOUR_MS, type Period } from './instant.ts'
import type { Reading } from './reading.ts'
import type { CumulativeRegister } from './register.ts'

const SEED = 20261123
const MINUTE = 60_000

const meter: CumulativeRegister = {
  kind: 'cumulative',
  id: 7,
  quantity: 'active_energy_import_kwh',
  resolution: 10,
  capacity: 1_000_000,
  multiplier: 3,
  mostPerHour: 240_000,
}
const reading = (at: number, value: number): Reading => ({ registerId: 7, at, value, position: 0 })
const day: Period = { from: 0, until: 24 * HOUR_MS }
const cut = (readings: readonly Reading[], period = day, carry?: Carry) =>
  cutHours({ register: meter, readings, period, ...(carry === undefined ? {} : { carry }) })
const sum = (figures: readonly HourFigure[]) => figures.reduce((total, { amount }) => total + amount, 0)

/** A day of a meter with everything that befalls one: gaps, rollovers, resets, zero glitches, spikes, dips. */
const lives = fc
  .array(
    fc.record({
      after: fc.oneof(fc.integer({ min: 1, max: 20 * MINUTE }), fc.integer({ min: 1, max: 5 * HOUR_MS })),
      what: fc.constantFrom('climb', 'climb', 'climb', 'stand', 'reset', 'zero', 'spike', 'dip', 'leap'),
      much: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 60 },
  )
  .chain((events) => fc.record({ events: fc.constant(events), start: fc.integer({ min: 0, max: meter.capacity - 1 }) }))
  .map(({ events, start }) => {
    let at = 17 * MINUTE
    let level = start
    const readings = [reading(at, level)]
    for (const { after, what, much } of events) {
      at += after
      const most = Math.floor((meter.mostPerHour * after) / HOUR_MS / meter.multiplier)
      if (what === 'climb') level = (level + Math.floor(most * much)) % meter.capacity
      if (what === 'reset') level = Math.floor(most * much)
      if (what === 'leap') level = Math.floor(meter.capacity * much)
      const shown = { zero: 0, spike: Math.floor(meter.capacity * much), dip: Math.max(level - 5, 0) }
      readings.push(reading(at, what in shown ? shown[what as keyof typeof shown] : level))
    }
    return readings
  })

describe('the hours of any life', () => {
  const horizon: Period = { from: 0, until: 320 * HOUR_MS }

  it('add up exactly to what passed between the first and the last counted reading', () => {
    fc.assert(
      fc.property(lives, (readings) => {
        const { steps } = countReadings(undefined, readings, meter)
        expect(sum(cut(readings, horizon))).toBe(steps.reduce((total, { amount }) => total + amount, 0))
      }),
      { seed: SEED, numRuns: 500 },
    )
  })

  it('lose and create nothing but at a named reset', () => {
    fc.assert(
      fc.property(lives, (readings) => {
        const { steps, start, events } = countReadings(undefined, readings, meter)
        const last = steps.at(-1)?.to ?? start
        const rollovers = steps.filter(({ kind }) => kind === 'rollover').length
        const lost = steps.filter(({ kind }) => kind === 'reset').reduce((total, { from }) => total + from.value, 0)
        const shown = (last?.value ?? 0) - (start?.value ?? 0) + rollovers * meter.capacity + lost
        expect(steps.reduce((total, { amount }) => total + amount, 0)).toBe(shown * meter.multiplier)
        expect(events.filter(({ kind }) => kind === 'reset')).toHaveLength(
          steps.filter(({ kind }) => kind === 'reset').length,
        )
      }),
      { seed: SEED, numRuns: 500 },
    )
  })

  it('are the same cut at once or piece by piece, going on from the carry', () => {
    fc.assert(
      fc.property(lives, fc.integer({ min: 1, max: 30 }), (readings, hours) => {
        const until = 40 * HOUR_MS
        const middle = hours * HOUR_MS
        const first = cut(readings, { from: 0, until: middle })
        const carry = first.at(-1)?.carry
        const rest = readings.filter((one) => carry === undefined || one.at > carry.at)
        expect([...first, ...cut(rest, { from: middle, until }, carry)]).toEqual(cut(readings, { from: 0, until }))
      }),
      { seed: SEED, numRuns: 500 },
    )
  })

  it('do not change once the last of them has no missing part, whatever is read later', () => {
    fc.assert(
      fc.property(lives, fc.integer({ min: 1, max: 30 }), fc.nat({ max: 60 }), (readings, hours, cutAfter) => {
        const period = { from: 0, until: hours * HOUR_MS }
        const early = cut(readings.slice(0, cutAfter), period)
        fc.pre(early.at(-1)?.missingMs === 0)
        expect(early).toEqual(cut(readings, period))
      }),
      { seed: SEED, numRuns: 500 },
    )
  })

  it('have shares that add up to the amount, and cover or miss every millisecond', () => {
    fc.assert(
      fc.property(lives, (readings) => {
        for (const { amount, shares, missingMs, quality } of cut(readings, horizon)) {
          expect(shares.measured + shares.interpolated + shares.estimated + shares.edited).toBe(amount)
          expect(Number.isSafeInteger(amount) && amount >= 0).toBe(true)
          expect(missingMs >= 0 && missingMs <= HOUR_MS).toBe(true)
          expect(quality === 'missing').toBe(missingMs > 0)
        }
      }),
      { seed: SEED },
    )
  })

  it('never claim more than the connection can carry, over the whole of it', () => {
    fc.assert(
      fc.property(lives, (readings) => {
        const { steps } = countReadings(undefined, readings, meter)
        const elapsed = (steps.at(-1)?.to.at ?? 0) - (steps[0]?.from.at ?? 0)
        const perStep = meter.resolution * meter.multiplier
        expect(sum(cut(readings, horizon))).toBeLessThanOrEqual(
          (meter.mostPerHour * elapsed) / HOUR_MS + perStep * steps.length,
        )
      }),
      { seed: SEED },
    )
  })
})

describe('cutHours', () => {
  it('interpolates within a close step and estimates across a gap', () => {
    const figures = cut([reading(30 * MINUTE, 0), reading(90 * MINUTE, 600), reading(270 * MINUTE, 6_000)])
    expect(figures.slice(0, 5).map(({ shares }) => shares)).toEqual([
      { measured: 0, interpolated: 900, estimated: 0, edited: 0 },
      { measured: 0, interpolated: 900, estimated: 2_700, edited: 0 },
      { measured: 0, interpolated: 0, estimated: 5_400, edited: 0 },
      { measured: 0, interpolated: 0, estimated: 5_400, edited: 0 },
      { measured: 0, interpolated: 0, estimated: 2_700, edited: 0 },
    ])
    expect(figures.slice(0, 5).map(({ missingMs }) => missingMs / MINUTE)).toEqual([30, 0, 0, 0, 30])
  })

  it('knows nothing of an hour without readings', () => {
    expect(cut([])).toHaveLength(24)
    expect(cut([])[0]).toEqual({
      registerId: 7,
      hour: 0,
      amount: 0,
      shares: { measured: 0, interpolated: 0, estimated: 0, edited: 0 },
      quality: 'missing',
      missingMs: HOUR_MS,
      events: [],
    })
  })

  it('carries the last counted reading on through silent hours', () => {
    const figures = cut([], day, { at: -5 * HOUR_MS, value: 42 })
    expect(figures.every(({ carry }) => carry?.value === 42)).toBe(true)
  })

  it('lets a lone reading count when the next one has come', () => {
    expect(cut([reading(0, 100)])[0]).toMatchObject({ quality: 'missing', events: [] })
    expect(cut([reading(0, 100)])[0]).not.toHaveProperty('carry')
    expect(cut([reading(0, 100), reading(HOUR_MS, 200)])[0]).toMatchObject({ amount: 300, quality: 'measured' })
  })

  it.each([
    ['half hours', { from: 0, until: HOUR_MS / 2 }, undefined, []],
    ['a carry from within the period', day, { at: 1, value: 0 }, []],
    ['readings out of order', day, undefined, [reading(2, 0), reading(1, 0)]],
    ['a reading twice', day, undefined, [reading(1, 0), reading(1, 0)]],
    ['a reading before the carry', day, { at: -1, value: 0 }, [reading(-1, 0)]],
  ] as const)('refuses %s', (_, period, carry, readings) => {
    expect(() => cut(readings, period, carry)).toThrow('broken promise')
  })
})

const at = (minute: number, value: number) => reading(minute * MINUTE, value)

describe('countReadings', () => {
  it.each([
    ['one zero', [at(0, 9_000), at(1, 0), at(2, 9_010)], 30, ['implausible']],
    [
      'an hour of zeros',
      [at(0, 9_000), at(1, 0), at(2, 0), at(61, 0), at(62, 9_300)],
      900,
      ['implausible', 'implausible', 'implausible'],
    ],
    ['a zero, back a digit below', [at(0, 9_000), at(1, 0), at(2, 8_995), at(3, 9_010)], 30, ['implausible', 'dip']],
    ['a reset that climbs', [at(0, 9_000), at(1, 0), at(2, 10), at(3, 20)], 60, ['reset']],
    ['a fall not yet settled', [at(0, 9_000), at(1, 0), at(2, 0)], 0, []],
    ['a fall that stands for a day', [at(0, 9_000), at(1, 0), at(700, 0), at(1441, 0)], 0, ['reset']],
    ['a zero to begin with', [at(0, 0), at(1, 900_000), at(2, 900_100)], 300, ['implausible']],
    ['a spike', [at(0, 9_000), at(1, 500_000), at(2, 9_010)], 30, ['implausible']],
    ['a spike and a zero', [at(0, 9_000), at(1, 500_000), at(2, 0), at(3, 9_010)], 30, ['implausible', 'implausible']],
  ])('%s', (_, readings, amount, events) => {
    const counted = countReadings(undefined, readings, meter)
    expect(counted.steps.reduce((total, one) => total + one.amount, 0)).toBe(amount)
    expect(counted.events.map(({ kind }) => kind)).toEqual(events)
  })

  it('stays quick with a meter that falls at every reading', () => {
    const readings = Array.from({ length: 5_000 }, (_, index) => reading(index * 1000, (5_000 - index) * 11))
    expect(
      countReadings({ at: -1, value: 900_000 }, readings, { ...meter, mostPerHour: 1e12 }).steps.length,
    ).toBeLessThan(5_000)
  })
})
