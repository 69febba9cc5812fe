// Operations: readiness and metrics of the whole house through one port; the administrator's key; bounds of the first start.

import { readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHealth, createLog, createMetrics, serveOps, type Health } from '@parkpulse/host'
import { openRegistry } from '@parkpulse/registry'
import { ensureAdministrator } from './administrator.ts'
import { NOW, startApi, type RunningApi } from './running-api.ts'

let api: RunningApi
const neighbours = new Map<string, { health: Health; served: { close(): Promise<void> } }>()

async function startNeighbour(service: string): Promise<void> {
  const [health, metrics] = [createHealth(), createMetrics(service)]
  metrics.counter('things_total', 'Things').inc(3)
  const served = await serveOps({ data: api.data, service, health, metrics })
  neighbours.set(service, { health, served })
}

beforeAll(async () => {
  api = await startApi()
})
afterAll(async () => {
  for (const { served } of neighbours.values()) await served.close()
  await api.close()
})

/** Moves the clock past what the answer is remembered for. */
async function ready(): Promise<[number, Record<string, { ready: boolean }>]> {
  api.clock.at += 1000
  const { status, body } = await api.ask('GET', '/health/ready', { key: undefined })
  return [status, body['services'] as Record<string, { ready: boolean }>]
}

test('live needs no key and no neighbour', async () => {
  expect((await api.ask('GET', '/health/live', { key: undefined })).body).toEqual({ live: true })
})

test('ready only when all that should run are ready', async () => {
  const [alone, services] = await ready()
  expect([alone, services['api']?.ready, services['broker']?.ready]).toEqual([503, true, false])
  for (const service of ['broker', 'ingestion', 'aggregation']) await startNeighbour(service)
  expect((await ready())[0]).toBe(200)
  neighbours.get('broker')?.health.report('journal', false, 'disk full')
  const [sick, parts] = await ready()
  expect([sick, parts['broker']]).toEqual([
    503,
    { ready: false, parts: { journal: { ok: false, detail: 'disk full' } } },
  ])
  neighbours.get('broker')?.health.report('journal', true, 'writes')
  api.health.report('store', false, 'does not answer')
  expect((await ready())[0]).toBe(503)
  api.health.report('store', true, 'answers')
  expect((await ready())[0]).toBe(200)
})

test('metrics of all services, each family once', async () => {
  const { status, text, headers } = await api.ask('GET', '/metrics')
  expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  expect(text).toContain('parkpulse_broker_things_total{service="broker"} 3')
  expect(text).toContain('process_cpu_seconds_total{service="ingestion"}')
  expect(text.match(/^# TYPE process_cpu_seconds_total /gm)).toHaveLength(1)
  expect(text).toMatch(/parkpulse_api_request_seconds_count\{.*route="\/health\/ready"/)
})

test("the administrator's key: in a file for the owner only, kept over starts, made anew when deleted", async () => {
  const [file, log] = [path.join(api.data, 'admin.key'), createLog('api', { logLevel: 'error' })]
  const key = () => readFileSync(file, 'utf8').trim()
  const first = key()
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect((await api.ask('GET', '/api/v1/parks', { key: first })).status).toBe(200)
  await ensureAdministrator(api.registry, api.data, log)
  expect(key()).toBe(first)
  rmSync(file)
  await ensureAdministrator(api.registry, api.data, log)
  expect(key()).not.toBe(first)
  expect(
    (await api.ask('PUT', '/api/v1/parks/p1', { key: key(), body: { name: 'P', timeZone: 'UTC', gridRegion: 'VN' } }))
      .status,
  ).toBe(201)
})

const outcome = async (name: string) =>
  (await api.ask('PUT', '/api/v1/parks/p2', { body: { name, timeZone: 'UTC', gridRegion: 'VN' } })).body['outcome']

const imported = async (body: unknown, type: string) =>
  (await api.ask('POST', '/api/v1/parks/import', { body, headers: { 'content-type': type } })).body

test('everything can be put twice; a park document too', async () => {
  expect([await outcome('A'), await outcome('A'), await outcome('B')]).toEqual(['created', 'unchanged', 'changed'])
  const document = {
    park: { id: 'p3', name: 'Three', timeZone: 'Europe/Berlin', gridRegion: 'DE' },
    sites: [{ id: 's1', name: 'One', meters: [] }],
  }
  const yaml =
    'park: { id: p3, name: Three, timeZone: Europe/Berlin, gridRegion: DE }\nsites:\n  - id: s1\n    name: One\n    meters: []\n'
  expect(await imported(document, 'application/json')).toMatchObject({ created: 2, unchanged: 0 })
  expect(await imported(yaml, 'text/yaml')).toMatchObject({ created: 0, changed: 0, unchanged: 2 })
})

test('credentials of a site are shown once and open the MQTT door', async () => {
  const { status, body, headers } = await api.ask('POST', '/api/v1/parks/p3/sites/s1/credentials')
  expect([status, headers['cache-control']]).toEqual([201, 'no-store'])
  const principal = await api.registry.authenticate(String(body['username']), String(body['password']))
  expect(principal).toMatchObject({ kind: 'site', park: 'p3', site: 's1' })
})

test('where no body is needed, an empty one may say that it is JSON', async () => {
  const empty = { body: '', headers: { 'content-type': 'application/json' } }
  expect((await api.ask('POST', '/api/v1/parks/p3/sites/s1/credentials', empty)).status).toBe(201)
  const needed = await api.ask('POST', '/api/v1/keys', empty)
  expect([needed.status, needed.body['errors']]).toMatchObject([400, [{ field: 'body' }]])
})

test('the description is whole: every route says what it is, what it takes and what it answers', async () => {
  const { body } = await api.ask('GET', '/docs/json')
  const paths = body['paths'] as Record<
    string,
    Record<string, { summary?: string; responses: Record<string, unknown> }>
  >
  const wanting = Object.entries(paths).flatMap(([url, methods]) =>
    Object.entries(methods).flatMap(([method, { summary, responses }]) => {
      const answers = Object.keys(responses)
      return summary !== undefined && answers.some((code) => code.startsWith('2')) && answers.includes('4XX')
        ? []
        : [`${method} ${url}`]
    }),
  )
  expect(wanting).toEqual([])
  expect(JSON.stringify(paths['/api/v1/consumption'])).toContain('"examples":["kWh"]')
})

test('a rule is written by name or OBIS code, answered by name, and seen by whom it concerns', async () => {
  const body = {
    place: { park: 'p3', site: 's1' },
    quantity: '1.7.0',
    breach: 'above',
    limit: 500,
    clear: 450,
    holdMs: 60_000,
    keepFiringMs: 0,
    severity: 'warning',
    advice: { vi: 'Giảm tải.', en: 'Shed load.' },
  }
  const put = async (more: object) => {
    const answer = await api.ask('PUT', '/api/v1/rules/overload', { body: { ...body, ...more } })
    return [answer.status, answer.body['outcome']]
  }
  expect([await put({}), await put({}), await put({ limit: 600 })]).toEqual([
    [201, 'created'],
    [200, 'unchanged'],
    [200, 'changed'],
  ])
  const seen = async (query: string, key = api.adminKey) =>
    (await api.ask('GET', `/api/v1/rules${query}`, { key })).body['items']
  expect(await seen('')).toEqual([{ ...body, kind: 'limit', id: 'overload', quantity: 'active_power_kw', limit: 600 }])
  expect(await seen('?park=p2')).toEqual([])
  const elsewhere = await api.issueKey({ name: 'p2', role: 'analyst', reach: { kind: 'park', park: 'p2' } })
  expect(await seen('', elsewhere)).toEqual([])
})

test('what another process has registered a moment ago is known to a PUT', async () => {
  const other = await openRegistry({ file: path.join(api.data, 'registry.db'), now: () => NOW })
  await other.putPark({ id: 'p7', name: 'Seven', timeZone: 'UTC', gridRegion: 'VN' })
  expect((await api.ask('PUT', '/api/v1/parks/p7/sites/s1', { body: { name: 'One' } })).status).toBe(201)
  await other.putSite({ park: 'p7', id: 's2', name: 'Two' })
  // Issued first: issuing looks at the registry too.
  const key = await api.issueKey({ name: 's2', role: 'administrator', reach: { kind: 'site', park: 'p7', site: 's2' } })
  await other.putRule({ ...heat, id: 'heat', kind: 'limit', place: { park: 'p7', site: 's1' } })
  const body = { ...heat, place: { park: 'p7', site: 's2' } }
  expect((await api.ask('PUT', '/api/v1/rules/heat', { key, body })).status).toBe(404)
  await other.refresh()
  expect(other.installation().rules.find(({ id }) => id === 'heat')?.place).toEqual({ park: 'p7', site: 's1' })
  await other.close()
})

const heat = {
  quantity: 'active_power_kw',
  breach: 'above',
  limit: 500,
  clear: 0.5,
  holdMs: 0,
  keepFiringMs: 0,
  severity: 'warning',
  advice: { vi: 'Giảm tải.', en: 'Shed load.' },
} as const
