// A park of so many meters that the store must be asked more than once for a page of its hours.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOUR_MS } from '@parkpulse/metering'
import { SUMS_PER_ANSWER_MAX, type HourRevision } from '@parkpulse/store'
import { startApi, type RunningApi } from './running-api.ts'

const METERS = 120
const LIMIT = 1_000
const FROM = Date.parse('2026-09-01T00:00:00+07:00')

let api: RunningApi
beforeAll(async () => {
  api = await startApi()
  const registers = [{ quantity: 'active_energy_import_kwh' }]
  const meters = Array.from({ length: METERS }, (_, n) => ({
    id: `e${n}`,
    name: 'M',
    commodity: 'electricity',
    registers,
  }))
  const park = { id: 'p1', name: 'P', timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' }
  await api.registry.importDocument(JSON.stringify({ park, sites: [{ id: 's1', name: 'S', meters }] }))
  const hours = Array.from({ length: METERS }, (_, n) => figure(n, n < METERS / 2 ? 0 : LIMIT - 1))
  await api.figures.commit({ ...nothing, hours, emissions: hours.map(emission) })
})
afterAll(() => api.close())

const nothing = { dueAdded: [], dueDone: [], hours: [], emissions: [], alertStates: [], transitions: [] }

const figure = (meter: number, index: number): HourRevision => ({
  registerId: api.registerId(`p1/s1/e${meter}`, 'active_energy_import_kwh'),
  hour: FROM + index * HOUR_MS,
  amount: 1_000,
  shares: { measured: 1_000, interpolated: 0, estimated: 0, edited: 0 },
  quality: 'measured',
  missingMs: 0,
  events: [],
  revision: 1,
  cause: 'closed',
  recordedAt: FROM,
})

const emission = ({ registerId, hour }: HourRevision) => ({
  kind: 'emission' as const,
  registerId,
  hour,
  scope: 2 as const,
  method: 'location' as const,
  gases: { co2Kg: 0.5, ch4Kg: 0, n2oKg: 0 },
  factorId: 'vn-grid-2023',
  factorStatus: 'official' as const,
  hourRevision: 1,
  quality: 'measured' as const,
})

test.each([
  ['consumption', 'amount', 60],
  ['emissions', 'co2eKg', 30],
])('%s of the whole park by the hour: a page has all registers in it', async (list, field, half) => {
  expect(METERS * LIMIT).toBeGreaterThan(SUMS_PER_ANSWER_MAX)
  const url = `/api/v1/${list}?by=park&interval=hour&limit=${LIMIT}&from=${FROM}&to=${FROM + 60 * 24 * HOUR_MS}`
  const { status, body, text } = await api.ask('GET', url)
  expect(status, text.slice(0, 300)).toBe(200)
  const items = body['items'] as Record<string, unknown>[]
  expect(items).toHaveLength(LIMIT)
  expect([items.at(0)?.[field], items.at(1)?.[field], items.at(-1)?.[field]]).toEqual([half, null, half])
  expect(items[0]?.['hours']).toMatchObject({ expected: METERS, known: METERS / 2 })
  expect(body['next']).toEqual(expect.any(String))
})
