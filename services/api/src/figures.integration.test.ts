// Figures through HTTP: from stored readings, hours and emissions to what a person sees, in field units and local time.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Emission } from '@parkpulse/emissions'
import { HOUR_MS, type Quality } from '@parkpulse/metering'
import type { HourRevision, IngestBatch } from '@parkpulse/store'
import { NOW, provisionPark, startApi, type RunningApi } from './running-api.ts'

let api: RunningApi
const DAY = Date.parse('2026-11-21T00:00:00+07:00')
const iso = (at: number): string => new Date(at).toISOString()

const nothing = { dueAdded: [], dueDone: [], hours: [], emissions: [], alertStates: [], transitions: [] }

function figure(
  registerId: number,
  index: number,
  { amount, quality = 'measured', revision = 1 }: { amount: number; quality?: Quality; revision?: number },
): HourRevision {
  const shares = { measured: 0, interpolated: 0, estimated: 0, edited: 0, [quality]: amount }
  const cause = revision === 1 ? 'closed' : 'late-readings'
  const hour = DAY + index * HOUR_MS
  return { registerId, hour, amount, shares, quality, missingMs: 0, events: [], revision, cause, recordedAt: NOW }
}

function emission({ registerId, hour, amount, quality, revision }: HourRevision): Emission {
  const gases = { co2Kg: (amount * 6592) / 1e7, ch4Kg: 0, n2oKg: 0 }
  const factor = { factorId: 'vn-grid-2023', factorStatus: 'provisional' } as const
  return {
    kind: 'emission',
    registerId,
    hour,
    scope: 2,
    method: 'location',
    gases,
    ...factor,
    hourRevision: revision,
    quality,
  }
}

const reading = (registerId: number, at: number, value: number) => ({ registerId, at, value, position: 1 })

const batch = (upTo: number, more: Partial<IngestBatch>): IngestBatch => ({
  upTo,
  receivedAt: NOW,
  accepted: [],
  rejections: [],
  refusals: [],
  replayed: [],
  ...more,
})

async function items(url: string): Promise<Record<string, unknown>[]> {
  const { status, body, text } = await api.ask('GET', `/api/v1/${url}`)
  expect(status, text).toBe(200)
  return body['items'] as Record<string, unknown>[]
}

/** All pages of a list. */
async function allPages(url: string): Promise<Record<string, unknown>[][]> {
  const pages: Record<string, unknown>[][] = []
  let next: string | undefined
  do {
    const { body } = await api.ask('GET', `/api/v1/${url}${next === undefined ? '' : `&cursor=${next}`}`)
    pages.push(body['items'] as Record<string, unknown>[])
    next = body['next'] as string | undefined
  } while (next !== undefined && pages.length < 100)
  return pages
}

beforeAll(async () => {
  api = await startApi()
  await provisionPark(api)
  api.clock.at += 1000
  const [s1, s2, power] = [
    api.registerId('p1/s1/e1', 'active_energy_import_kwh'),
    api.registerId('p1/s2/e1', 'active_energy_import_kwh'),
    api.registerId('p1/s1/e1', 'active_power_kw'),
  ]
  await api.readings.write(
    batch(100, {
      accepted: [
        {
          place: 'p1/s1/e1',
          receivedAt: NOW - 60_000,
          readings: [reading(s1, NOW - 60_000, 1_234_567_890), reading(power, NOW - 60_000, 412.5)],
        },
        {
          place: 'p1/s1/e1',
          receivedAt: NOW - 30_000,
          readings: [reading(power, NOW - 60_000, 413), reading(power, NOW - 30_000, 420)],
        },
        {
          place: 'p1/s1/e1',
          receivedAt: NOW,
          readings: Array.from({ length: 5 }, (_, n) => reading(power, DAY + n * 1000, n + 0.25)),
        },
      ],
      rejections: [
        {
          position: 7,
          receivedAt: NOW,
          principal: 'p1/s1',
          topic: 'parkpulse/v1/p1/s1/e1/readings',
          place: 'p1/s1',
          reason: 'not-json',
          detail: 'position 3',
          values: 1,
          replayable: false,
          payload: Buffer.from('{ bröken'),
        },
      ],
      refusals: [1, 2, 3].map((n) => ({
        position: 8 + n,
        receivedAt: NOW,
        topic: 'parkpulse/v1/p1/s2/e1/readings',
        place: 'p1/s2/e1',
        check: 'out-of-range',
        detail: `number ${n}`,
      })),
    }),
  )
  // Site 1: the whole day but hour 3, hour 4 estimated, hour 5 known to be zero, hour 6 restated. Site 2: the first hour only.
  const first = [...Array(24).keys()]
    .filter((index) => index !== 3)
    .map((index) =>
      figure(s1, index, { amount: index === 5 ? 0 : 1_234_500, quality: index === 4 ? 'estimated' : 'measured' }),
    )
  const other = figure(s2, 0, { amount: 65_500 })
  await api.figures.commit({ ...nothing, hours: [...first, other], emissions: [...first, other].map(emission) })
  const restated = figure(s1, 6, { amount: 1_234_501, revision: 2 })
  const noFactor = {
    kind: 'no-factor',
    registerId: s1,
    hour: DAY,
    scope: 2,
    method: 'location',
    hourRevision: 1,
    quality: 'measured',
  } as const
  await api.figures.commit({ ...nothing, hours: [restated], emissions: [emission(restated), noFactor] })
})
afterAll(() => api.close())

const day = `from=${iso(DAY)}&to=${iso(DAY + 24 * HOUR_MS)}`

describe('consumption', () => {
  test('by the hour, in field units and local time; a missing hour has no amount', async () => {
    const hours = await items(`consumption?quantity=1.8.0&meter=p1/s1/e1&${day}`)
    expect(hours).toHaveLength(24)
    expect(hours[0]).toEqual({
      park: 'p1',
      site: 's1',
      meter: 'e1',
      commodity: 'electricity',
      quantity: 'active_energy_import_kwh',
      unit: 'kWh',
      from: '2026-11-21T00:00:00+07:00',
      to: '2026-11-21T01:00:00+07:00',
      amount: 1234.5,
      shares: { measured: 1234.5, interpolated: 0, estimated: 0, edited: 0 },
      quality: 'measured',
      revision: 1,
      coverage: 1,
      hours: { expected: 1, known: 1, missing: 0, open: 0 },
      missingSeconds: 0,
    })
    expect(hours[3]).toMatchObject({ amount: null, shares: null, quality: 'missing', revision: null, coverage: 0 })
    expect(hours[4]).toMatchObject({ quality: 'estimated', shares: { measured: 0, estimated: 1234.5 } })
    expect(hours[5]).toMatchObject({ amount: 0, quality: 'measured' })
    expect(hours[6]).toMatchObject({ amount: 1234.501, revision: 2 })
  })

  test.each([
    ['interval=day&by=site', ['s1 27159.001 23/24', 's2 65.5 1/24']],
    ['interval=day&by=park', ['undefined 27224.501 24/48']],
    ['interval=month&by=site&site=s2', ['s2 65.5 1/24']],
    ['interval=day&by=meter&site=s1', ['s1 27159.001 23/24']],
  ])('%s', async (query, expected) => {
    const found = await items(`consumption?quantity=1.8.0&${query}&${day}`)
    const shown = found.map((item) => {
      const { known, expected: of } = item['hours'] as { known: number; expected: number }
      return `${String(item['site'])} ${String(item['amount'])} ${known}/${of}`
    })
    expect(shown).toEqual(expected)
  })

  test('what was never seen is listed, without an amount', async () => {
    const [water] = await items(`consumption?interval=day&by=site&commodity=water&${day}`)
    expect(water).toMatchObject({
      site: 's2',
      quantity: 'volume_m3',
      unit: 'm³',
      amount: null,
      hours: { expected: 24, missing: 24 },
    })
  })

  test.each([1, 5, 7, 24, 1000])('pages of %i hold together what one page holds', async (limit) => {
    const url = `consumption?quantity=1.8.0&${day}`
    const whole = await items(`${url}&limit=10000`)
    const pages = await allPages(`${url}&limit=${limit}`)
    expect(pages.flat()).toEqual(whole)
    for (const page of pages) expect(page.length).toBeLessThanOrEqual(limit)
  })

  test('all editions of an hour', async () => {
    const editions = await items(`consumption/revisions?meter=p1/s1/e1&quantity=1.8.0&hour=${iso(DAY + 6 * HOUR_MS)}`)
    expect(editions.map(({ revision, cause, amount }) => [revision, cause, amount])).toEqual([
      [1, 'closed', 1234.5],
      [2, 'late-readings', 1234.501],
    ])
  })
})

describe('emissions', () => {
  test('with factor, status, gases and quality; an hour without factor has no mass', async () => {
    const hours = await items(`emissions?meter=p1/s1/e1&${day}`)
    expect(hours).toHaveLength(24)
    expect(hours[0]).toMatchObject({
      co2eKg: null,
      gases: null,
      factors: [],
      hours: { known: 0, noFactor: 1, missing: 0 },
    })
    expect(hours[1]).toEqual({
      park: 'p1',
      site: 's1',
      meter: 'e1',
      scope: 2,
      method: 'location',
      gwp: 'AR6',
      from: '2026-11-21T01:00:00+07:00',
      to: '2026-11-21T02:00:00+07:00',
      co2eKg: 813.7824,
      gases: { co2Kg: 813.7824, ch4Kg: 0, n2oKg: 0 },
      shares: { measured: 813.7824 },
      factors: [{ id: 'vn-grid-2023', status: 'provisional', hours: 1 }],
      provisional: true,
      hours: { expected: 1, known: 1, noFactor: 0, missing: 0, open: 0 },
    })
    expect(hours[3]).toMatchObject({ co2eKg: null, hours: { known: 0, missing: 1 } })
  })

  test('the day adds up, and says how much of it is estimated', async () => {
    const [whole] = await items(`emissions?interval=day&by=park&park=p1&gwp=AR4&${day}`)
    // 20 hours of 1 234.5 kWh at site 1 (24 less no factor, missing, zero and restated), 1 234.501 and 65.5: × 0.6592.
    expect(whole).toMatchObject({
      gwp: 'AR4',
      co2eKg: 17132.6086592,
      shares: { estimated: 813.7824 },
      hours: { expected: 48, known: 23, noFactor: 1, missing: 24 },
    })
  })

  test.each(['scope=1', 'method=market', 'commodity=water'])('%s: nothing is emitted that way', async (filter) => {
    expect(await items(`emissions?${filter}&${day}`)).toEqual([])
  })
})

describe('readings and meters', () => {
  test('readings as shown, paged', async () => {
    const url = `readings?meter=p1/s1/e1&quantity=1.7.0&from=${DAY}&to=${NOW}&limit=2`
    const { body } = await api.ask('GET', `/api/v1/${url}`)
    expect(body).toMatchObject({
      unit: 'kW',
      kind: 'momentary',
      items: [{ at: '2026-11-21T00:00:00+07:00', value: 0.25 }, { value: 1.25 }],
    })
    const values = (await allPages(url)).flat().map(({ value }) => value)
    expect(values).toEqual([0.25, 1.25, 2.25, 3.25, 4.25, 413, 420])
  })

  test('a cumulative register is shown before its multiplier', async () => {
    const { body } = await api.ask('GET', `/api/v1/readings?meter=p1/s1/e1&quantity=1.8.0&from=${DAY}&to=${NOW}`)
    expect(body).toMatchObject({ multiplier: 40, unit: 'kWh', items: [{ value: 1234567.89 }] })
  })

  test('meters: what they said last, and for how long they have been silent', async () => {
    const meter = (await api.ask('GET', '/api/v1/meters/p1/s1/e1')).body
    expect(meter).toMatchObject({ lastSeenAt: '2026-11-22T10:29:30+07:00', silentForSeconds: 31, path: 'p1/s1/e1' })
    expect(meter['registers']).toMatchObject([
      {
        quantity: 'active_energy_import_kwh',
        unit: 'kWh',
        multiplier: 40,
        mostPerHour: 100_000,
        last: { value: 1234567.89 },
      },
      {
        quantity: 'active_power_kw',
        unit: 'kW',
        low: 0,
        high: 5000,
        last: { value: 420, at: '2026-11-22T10:29:30+07:00' },
      },
    ])
    const never = (await api.ask('GET', '/api/v1/meters/p1/s2/w1')).body
    expect(never).toMatchObject({ lastSeenAt: null, silentForSeconds: null })
    const pages = await allPages('meters?limit=3')
    expect(pages.map((page) => page.map(({ path }) => path))).toEqual([
      ['p1/s1/e1', 'p1/s1/ww1', 'p1/s2/e1'],
      ['p1/s2/w1'],
    ])
  })

  test('conflicts name both values', async () => {
    const found = await items('conflicts?park=p1')
    expect(found).toMatchObject([
      { site: 's1', meter: 'e1', quantity: 'active_power_kw', unit: 'kW', valueBefore: 412.5, value: 413 },
    ])
  })
})

describe('ledger', () => {
  test('a period within hours is widened to them, and says so', async () => {
    const [line] = await items('ledger?place=p1&from=2026-11-22T09:30:00%2B07:00&to=2026-11-22T10:10:00%2B07:00')
    expect(line).toMatchObject({ from: '2026-11-22T09:00:00+07:00', to: '2026-11-22T11:00:00+07:00' })
  })

  test('balances, for everything and for a place', async () => {
    expect(await items('ledger?to=2026-11-22T11:00:00%2B07:00')).toMatchObject([
      { place: '', received: 13, stored: 8, conflicting: 1, rejected: 1, refused: 3, pending: 0, balanced: true },
    ])
    expect(await items('ledger?place=p1/s2&to=2026-11-22T11:00:00+07:00')).toMatchObject([
      { place: 'p1/s2', received: 3, refused: 3, balanced: true },
    ])
    const hours = await items('ledger?place=p1&by=hour&to=2026-11-22T11:00:00+07:00')
    expect(hours).toMatchObject([
      { from: '2026-11-22T10:00:00+07:00', to: '2026-11-22T11:00:00+07:00', balanced: true },
    ])
  })

  test('rejections show what came', async () => {
    expect(await items('rejections?place=p1')).toMatchObject([
      { reason: 'not-json', place: 'p1/s1', payload: '{ bröken', state: 'rejected' },
    ])
    expect(await items('rejections?place=p1/s2')).toEqual([])
  })

  test('refusals, newest first, paged', async () => {
    const pages = await allPages('refusals?place=p1/s2&limit=2')
    expect(pages.flat().map(({ detail }) => detail)).toEqual(['number 3', 'number 2', 'number 1'])
  })
})
