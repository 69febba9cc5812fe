import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR_MS, type Quality } from '@parkpulse/metering'
import type { HourSum } from '@parkpulse/store'
import { edgesOf } from './calendar.ts'
import { createDirectory, type Entry } from './directory.ts'
import { countHours, coverageOf, groupEntries, stretchesOf } from './sum.ts'
import { zoneNamed } from './zone.ts'

const T0 = Date.parse('2026-11-01T00:00:00+07:00')
const NOW = T0 + 1000 * HOUR_MS

type Hour = { register: number; index: number; amount: number; quality?: Quality }
const hour = (register: number, index: number, amount: number, quality: Quality = 'measured'): Hour => ({
  register,
  index,
  amount,
  quality,
})

/** One sum for each hour: a store adds up more, the rollup does not mind. */
const sumsOf = (hours: readonly Hour[], edges: readonly number[]): readonly HourSum[] =>
  hours.map(({ register, index, amount, quality = 'measured' }) => ({
    registerId: register,
    from: edges.findLast((edge) => edge <= T0 + index * HOUR_MS) ?? 0,
    amount,
    shares: { measured: amount, interpolated: 0, estimated: 0, edited: 0 },
    quality,
    missingMs: 0,
    hours: 1,
    revision: 1,
  }))

describe('stretches of a group', () => {
  const edges = [T0, T0 + 2 * HOUR_MS, T0 + 4 * HOUR_MS]
  const of = (hours: readonly Hour[], registers = 1, now = NOW) =>
    stretchesOf({ registers, edges, sums: sumsOf(hours, edges), now }).map(({ figure, quality, hours: counts }) =>
      Object.assign({ amount: figure?.amount, quality }, counts),
    )
  const empty = { amount: undefined, quality: 'missing', expected: 2, known: 0, missing: 2, open: 0 }

  test.each([
    ['nothing known is missing, not zero', [], [empty, empty]],
    [
      'whole stretches add up',
      [hour(1, 0, 5), hour(1, 1, 7), hour(1, 2, 1), hour(1, 3, 2)],
      [
        { amount: 12, quality: 'measured', expected: 2, known: 2, missing: 0, open: 0 },
        { amount: 3, quality: 'measured', expected: 2, known: 2, missing: 0, open: 0 },
      ],
    ],
    [
      'a known zero is zero',
      [hour(1, 0, 0), hour(1, 1, 0)],
      [{ amount: 0, quality: 'measured', expected: 2, known: 2, missing: 0, open: 0 }, empty],
    ],
    [
      'an hour that is missing shows in quality and count',
      [hour(1, 1, 7)],
      [{ amount: 7, quality: 'missing', expected: 2, known: 1, missing: 1, open: 0 }, empty],
    ],
    [
      'the worst quality is that of the sum',
      [hour(1, 0, 1), hour(1, 1, 1, 'estimated')],
      [{ amount: 2, quality: 'estimated', expected: 2, known: 2, missing: 0, open: 0 }, empty],
    ],
  ])('%s', (_name, hours, expected) => expect(of(hours)).toEqual(expected))

  test('hours that are not over are open, not missing', () => {
    const now = T0 + 2.5 * HOUR_MS
    expect(of([hour(1, 0, 1), hour(2, 0, 1), hour(1, 1, 1)], 2, now)).toEqual([
      { amount: 3, quality: 'missing', expected: 4, known: 3, missing: 1, open: 0 },
      { amount: undefined, quality: 'missing', expected: 4, known: 0, missing: 0, open: 4 },
    ])
  })
})

describe('hours of a stretch, counted', () => {
  const period = { from: T0, until: T0 + 24 * HOUR_MS }
  test.each([
    ['long over', 1, 20, T0 + 100 * HOUR_MS, { expected: 24, known: 20, missing: 4, open: 0 }],
    ['in the middle of an hour', 1, 9, T0 + 10.5 * HOUR_MS, { expected: 24, known: 9, missing: 1, open: 14 }],
    ['in the future', 2, 0, T0 - HOUR_MS, { expected: 48, known: 0, missing: 0, open: 48 }],
  ])('%s', (_name, registers, known, now, expected) => {
    expect(countHours(period, registers, { known, now })).toEqual(expected)
  })
})

test('coverage is the part of the time that is over about which something is known', () => {
  const hours = { expected: 4, known: 2, missing: 2, open: 0 }
  expect(coverageOf({ hours, missingMs: 0 })).toBe(0.5)
  expect(coverageOf({ hours, missingMs: HOUR_MS })).toBe(0.25)
  expect(coverageOf({ hours: { expected: 2, known: 0, missing: 0, open: 2 }, missingMs: 0 })).toBeUndefined()
})

test('law: whatever the calendar, the stretches of a period add up to its hours, share by share', () => {
  const qualities: readonly Quality[] = ['measured', 'interpolated', 'estimated']
  const anyHours = fc.uniqueArray(
    fc.record({ index: fc.nat(3000), register: fc.integer({ min: 1, max: 3 }), amount: fc.nat(1e9), q: fc.nat(2) }),
    { selector: ({ index, register }) => `${index} ${register}`, maxLength: 60 },
  )
  fc.assert(
    fc.property(
      anyHours,
      fc.constantFrom('hour', 'day', 'month'),
      fc.constantFrom('Asia/Ho_Chi_Minh', 'Europe/Berlin'),
      (all, interval, zone) => {
        const hours = all.map(({ index, register, amount, q }) => hour(register, index, amount, qualities[q]))
        const edges = edgesOf({ from: T0, until: T0 + 3001 * HOUR_MS }, interval, zoneNamed(zone))
        const stretches = stretchesOf({ registers: 3, edges, sums: sumsOf(hours, edges), now: NOW })
        const total = (of: (stretch: (typeof stretches)[number]) => number | undefined) =>
          stretches.reduce((sum, s) => sum + (of(s) ?? 0), 0)
        const amount = hours.reduce((sum, one) => sum + one.amount, 0)
        expect(total((s) => s.figure?.amount)).toBe(amount)
        expect(total((s) => s.figure?.shares.measured)).toBe(amount)
        expect(total((s) => s.hours.known)).toBe(hours.length)
        expect(total((s) => s.hours.expected)).toBe(3 * 3001)
      },
    ),
    { numRuns: 50 },
  )
})

const park = (id: string) => ({ id, name: id, timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' })

describe('groups', () => {
  const cumulative = { kind: 'cumulative', resolution: 1, capacity: 1e9, multiplier: 1, mostPerHour: 1e6 } as const
  const meter = (
    parkId: string,
    site: string,
    id: string,
    commodity: 'electricity' | 'water' | 'wastewater',
    registerId: number,
  ) => ({
    park: parkId,
    site,
    id,
    name: id,
    commodity,
    registers: [
      {
        ...cumulative,
        id: registerId,
        quantity: commodity === 'electricity' ? 'active_energy_import_kwh' : 'volume_m3',
      },
    ],
  })
  const directory = createDirectory({
    version: 1,
    parks: [park('a'), park('b')],
    sites: [],
    meters: [
      meter('a', 'x', 'e1', 'electricity', 1),
      meter('a', 'x', 'w1', 'water', 2),
      meter('a', 'x', 'ww1', 'wastewater', 3),
      meter('a', 'y', 'e1', 'electricity', 4),
      meter('b', 'x', 'e1', 'electricity', 5),
    ],
    rules: [],
  })
  const entries: readonly Entry[] = [...directory.entries.values()]
  const shown = (by: 'meter' | 'site' | 'park') =>
    groupEntries(entries, by).map(
      ({ key, entries: members }) => `${key}: ${members.map(({ register }) => register.id).join(' ')}`,
    )

  test.each([
    [
      'meter',
      [
        'a/x/e1 electricity active_energy_import_kwh: 1',
        'a/x/w1 water volume_m3: 2',
        'a/x/ww1 wastewater volume_m3: 3',
        'a/y/e1 electricity active_energy_import_kwh: 4',
        'b/x/e1 electricity active_energy_import_kwh: 5',
      ],
    ],
    [
      'park',
      [
        'a electricity active_energy_import_kwh: 1 4',
        'a wastewater volume_m3: 3',
        'a water volume_m3: 2',
        'b electricity active_energy_import_kwh: 5',
      ],
    ],
  ] as const)('by %s: water and wastewater are never added', (by, expected) => expect(shown(by)).toEqual(expected))
})
