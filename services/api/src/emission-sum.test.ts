import { describe, expect, test } from 'vitest'
import { gwpSets } from '@parkpulse/emissions'
import { HOUR_MS, type Quality } from '@parkpulse/metering'
import type { EmissionSum } from '@parkpulse/store'
import { createDirectory } from './directory.ts'
import { emissionStretches, groupEmitters } from './emission-sum.ts'

const T0 = Date.parse('2026-11-01T00:00:00+07:00')
const cumulative = { kind: 'cumulative', resolution: 1, capacity: 1e9, multiplier: 1, mostPerHour: 1e6 } as const
const entries = [
  ...createDirectory({
    version: 1,
    parks: [{ id: 'a', name: 'A', timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' }],
    sites: [],
    meters: [
      {
        park: 'a',
        site: 'x',
        id: 'e1',
        name: 'E',
        commodity: 'electricity',
        registers: [
          { ...cumulative, id: 1, quantity: 'active_energy_import_kwh' },
          { ...cumulative, id: 2, quantity: 'active_energy_export_kwh' },
        ],
      },
      {
        park: 'a',
        site: 'x',
        id: 'w1',
        name: 'W',
        commodity: 'water',
        registers: [{ ...cumulative, id: 3, quantity: 'volume_m3' }],
      },
    ],
    rules: [],
  }).entries.values(),
]

const EDGES = [T0, T0 + 3 * HOUR_MS, T0 + 4 * HOUR_MS]

const base = (from: number, hours: number, quality: Quality) =>
  ({ registerId: 1, from, scope: 2, method: 'location', quality, hours }) as const
const emission = (stretch: 0 | 1, hours: number, co2Kg: number, more: Partial<EmissionSum> = {}): EmissionSum => ({
  ...base(EDGES[stretch] ?? 0, hours, 'measured'),
  gases: { co2Kg, ch4Kg: 0, n2oKg: 0 },
  factor: { id: 'vn-2023', status: 'provisional' },
  ...more,
})
const noFactor = (stretch: 0 | 1): EmissionSum => ({
  ...base(EDGES[stretch] ?? 0, 1, 'measured'),
  gases: { co2Kg: 0, ch4Kg: 0, n2oKg: 0 },
})

test('only what emits by itself is in a group', () => {
  expect(
    groupEmitters(entries, 'site', T0).map(({ key, entries: of }) => [key, of.map(({ register }) => register.id)]),
  ).toEqual([['a/x 2 location', [1]]])
})

describe('emissions of two stretches', () => {
  const [group] = groupEmitters(entries, 'meter', T0)
  const of = (sums: readonly EmissionSum[], now = T0 + 100 * HOUR_MS) => {
    if (group === undefined) throw new Error('no group')
    return emissionStretches(group, EDGES, { sums, gwp: gwpSets.AR6, now })
  }

  test('masses add up, apart by quality; factors are named with their hours', () => {
    const estimated = emission(0, 1, 5, { quality: 'estimated' })
    const [first] = of([
      emission(0, 1, 10),
      estimated,
      emission(0, 1, 1, { factor: { id: 'vn-2022', status: 'official' } }),
    ])
    expect(first).toMatchObject({
      mass: { co2eKg: 16, gases: { co2Kg: 16 }, shares: { measured: 11, estimated: 5 } },
      factors: [
        { id: 'vn-2022', status: 'official', hours: 1 },
        { id: 'vn-2023', status: 'provisional', hours: 2 },
      ],
      hours: { expected: 3, known: 3, noFactor: 0, missing: 0, open: 0 },
    })
  })

  test('hours without a factor are counted apart and not in the mass', () => {
    const [first, second] = of([emission(0, 1, 10), noFactor(0), noFactor(1)])
    expect(first).toMatchObject({
      mass: { co2eKg: 10 },
      hours: { expected: 3, known: 1, noFactor: 1, missing: 1, open: 0 },
    })
    expect(second).toMatchObject({ factors: [], hours: { expected: 1, known: 0, noFactor: 1, missing: 0, open: 0 } })
    expect(second?.mass).toBeUndefined()
  })

  test('nothing known is no mass, not zero', () => {
    expect(of([]).map(({ mass, hours }) => [mass, hours.missing])).toEqual([
      [undefined, 3],
      [undefined, 1],
    ])
    expect(of([], T0).map(({ hours }) => hours.open)).toEqual([3, 1])
  })
})
