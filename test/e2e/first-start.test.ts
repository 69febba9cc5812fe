// What a visitor sees after `npm start`: a simulated park that speaks, with two days of closed hours and their emissions.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, startHouse, type RunningHouse } from './running-house.ts'

const HOUR_MS = 3_600_000
let house: RunningHouse
let startedAt: number

beforeAll(async () => {
  startedAt = Date.now()
  house = await startHouse({ env: { PARKPULSE_SIMULATOR: 'on' } })
})
afterAll(() => house.dispose())

const left = (ms: number): number => Math.max(1, ms - (Date.now() - startedAt))

async function items(pathname: string): Promise<Record<string, unknown>[]> {
  const { status, body } = await house.ask('GET', pathname)
  if (status !== 200) throw new Error(`${pathname}: ${status} ${JSON.stringify(body)}`)
  return (body as { items: Record<string, unknown>[] }).items
}

test('live readings of at least 60 meters in 12 factories within a minute', async () => {
  const meters = await eventually('sixty meters have spoken within the last minute', left(60_000), async () => {
    const found = await items('/api/v1/meters?limit=500')
    const live = found.filter((meter) => Date.parse(String(meter['lastSeenAt'])) > Date.now() - 60_000)
    return live.length >= 60 ? live : undefined
  })
  expect(new Set(meters.map((meter) => meter['site'])).size).toBeGreaterThanOrEqual(12)
  expect(new Set(meters.map((meter) => meter['commodity']))).toEqual(new Set(['electricity', 'water', 'wastewater']))
})

test('closed hours of the past two days with emissions within a minute and a half', async () => {
  const until = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
  const [park] = await items('/api/v1/parks')
  const query = `interval=hour&by=park&park=${String(park?.['id'])}&from=${until - 46 * HOUR_MS}&to=${until - HOUR_MS}`
  await eventually('45 hours of electricity are closed', left(90_000), async () => {
    const hours = await items(`/api/v1/consumption?quantity=active_energy_import_kwh&${query}`)
    return hours.length === 45 && hours.every((hour) => Number(hour['amount']) > 0) ? true : undefined
  })
  await eventually('and each has its emission', left(90_000), async () => {
    const emissions = await items(`/api/v1/emissions?${query}`)
    return emissions.length === 45 && emissions.every((one) => Number(one['co2eKg']) > 0) ? true : undefined
  })
})

test('nothing but health answers without a key', async () => {
  for (const pathname of ['/api/v1/meters', '/api/v1/live', '/metrics', '/api/v1/parks', '/docs/json']) {
    const response = await fetch(`http://127.0.0.1:${house.httpPort}${pathname}`)
    await response.body?.cancel()
    expect(response.status, pathname).toBe(401)
  }
  for (const pathname of ['/health/live', '/health/ready']) {
    const response = await fetch(`http://127.0.0.1:${house.httpPort}${pathname}`)
    expect(response.status, pathname).toBe(200)
  }
})

test('the console says where to look and is no wall of JSON', () => {
  expect(house.console()).toContain(`:${house.httpPort}`)
  expect(house.console()).toContain('admin.key')
  expect(house.console()).not.toContain('{"level"')
})
