// The gate, asked from outside: nothing without a key, nothing beyond the reach, nothing that the role does not do.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADDRESS_FAILURES_PER_MINUTE } from './gate.ts'
import { provisionPark, startApi, type RunningApi } from './running-api.ts'

let api: RunningApi
const keys: Record<string, string> = {}

beforeAll(async () => {
  api = await startApi()
  await provisionPark(api)
  await provisionPark(api, 'p2')
  const site = { kind: 'site', park: 'p1', site: 's1' } as const
  keys['site'] = await api.issueKey({ name: 'site', role: 'site', reach: site })
  keys['analyst'] = await api.issueKey({ name: 'analyst', role: 'analyst', reach: { kind: 'park', park: 'p1' } })
  keys['staff'] = await api.issueKey({ name: 'staff', role: 'staff', reach: { kind: 'park', park: 'p1' } })
  keys['park administrator'] = await api.issueKey({
    name: 'pa',
    role: 'administrator',
    reach: { kind: 'park', park: 'p1' },
  })
  keys['administrator'] = api.adminKey
})
afterAll(() => api.close())

type Path = Record<string, { security?: unknown[] }>

test('every route of the contract answers 401 without a key, except health', async () => {
  const { body } = await api.ask('GET', '/docs/json')
  const routes = Object.entries(body['paths'] as Record<string, Path>).flatMap(([url, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      url,
      method: method.toUpperCase(),
      open: security?.length === 0,
    })),
  )
  expect(routes.length).toBeGreaterThan(25)
  expect(routes.filter(({ open }) => open).map(({ url }) => url)).toEqual(['/health/live', '/health/ready'])
  for (const { url, method } of routes.filter(({ open }) => !open)) {
    const answer = await api.ask(method as 'GET', url.replaceAll(/\{\w+\}/g, 'x'), { key: undefined })
    expect([url, answer.status, answer.headers['content-type']]).toEqual([url, 401, 'application/problem+json'])
  }
})

test.each(['/docs', '/docs/json', '/docs/static/index.html', '/metrics'])('%s is closed too', async (url) => {
  expect((await api.ask('GET', url, { key: undefined })).status).toBe(401)
})

const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`me:${password}`).toString('base64')}` })

test('docs open to a browser: Basic, any name, the key as password', async () => {
  const asked = await api.ask('GET', '/docs/static/index.html', { key: undefined })
  expect(asked.headers['www-authenticate']).toMatch(/^Basic realm=/)
  const answer = await api.ask('GET', '/docs/', { key: undefined, headers: basic(api.adminKey) })
  expect(answer.status).toBe(200)
  expect(answer.headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
  expect((await api.ask('GET', '/docs/json', { key: undefined, headers: basic('wrong') })).status).toBe(401)
  // What a browser keeps for the docs does not open the API: no request can be forged through it.
  expect((await api.ask('GET', '/api/v1/parks', { key: undefined, headers: basic(api.adminKey) })).status).toBe(401)
})

describe('the page', () => {
  test('is a shell without data, in the language of the house, without anything from elsewhere', async () => {
    const page = await api.ask('GET', '/', { key: undefined })
    expect(page.status).toBe(200)
    expect(page.text).toContain('<html lang="en">')
    expect(page.text).not.toMatch(/https?:|<script>|style="|onclick/)
    expect(page.headers['content-security-policy']).toContain("default-src 'none';script-src 'self'")
    for (const file of ['/page.js', '/page.css'])
      expect((await api.ask('GET', file, { key: undefined })).status).toBe(200)
  })
})

const put = { body: { name: 'New', timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' } }
const meter = { body: { name: 'New', commodity: 'water' } }
const key = (reach: object) => ({ body: { name: 'k', role: 'analyst', reach } })
const range = 'from=2026-11-22T00:00:00Z&to=2026-11-22T01:00:00Z'

/** By role in the columns: site, analyst, staff, park administrator, administrator. */
const matrix: readonly [string, string, object, readonly number[]][] = [
  ['GET', '/api/v1/meters/p1/s1/e1', {}, [200, 200, 200, 200, 200]],
  ['GET', '/api/v1/meters/p1/s2/e1', {}, [404, 200, 200, 200, 200]],
  ['GET', '/api/v1/meters/p2/s1/e1', {}, [404, 404, 404, 404, 200]],
  ['GET', '/api/v1/meters?site=s2', {}, [404, 200, 200, 200, 200]],
  ['GET', '/api/v1/sites?park=p2', {}, [404, 404, 404, 404, 200]],
  ['GET', `/api/v1/readings?meter=p1/s2/e1&quantity=1.8.0&${range}`, {}, [404, 200, 200, 200, 200]],
  ['GET', `/api/v1/consumption?meter=p1/s2/e1&${range}`, {}, [404, 200, 200, 200, 200]],
  ['GET', `/api/v1/emissions?park=p2&${range}`, {}, [404, 404, 404, 404, 200]],
  ['GET', '/api/v1/ledger?place=p1/s2', {}, [404, 200, 200, 200, 200]],
  ['GET', '/api/v1/rejections?place=p2', {}, [404, 404, 404, 404, 200]],
  ['GET', '/api/v1/refusals?place=p1/s1/e1', {}, [200, 200, 200, 200, 200]],
  ['GET', '/api/v1/conflicts?park=p2', {}, [404, 404, 404, 404, 200]],
  ['GET', '/api/v1/alerts?park=p2', {}, [404, 404, 404, 404, 200]],
  ['GET', '/api/v1/live?park=p2', {}, [404, 404, 404, 404, 0]],
  ['GET', '/api/v1/vocabulary', {}, [200, 200, 200, 200, 200]],
  ['GET', '/metrics', {}, [403, 403, 403, 403, 200]],
  ['PUT', '/api/v1/parks/p3', put, [404, 404, 404, 404, 0]],
  ['PUT', '/api/v1/parks/p2', put, [404, 404, 404, 404, 0]],
  ['PUT', '/api/v1/parks/p1/sites/s2', { body: { name: 'Factory s2' } }, [404, 403, 403, 200, 200]],
  ['PUT', '/api/v1/parks/p2/sites/s9', { body: { name: 'New' } }, [404, 404, 404, 404, 0]],
  ['PUT', '/api/v1/parks/p1/sites/s1/meters/new', meter, [403, 403, 403, 201, 200]],
  ['POST', '/api/v1/parks/p1/sites/s1/credentials', {}, [403, 403, 403, 201, 201]],
  ['POST', '/api/v1/parks/p2/sites/s1/credentials', {}, [404, 404, 404, 404, 201]],
  [
    'POST',
    '/api/v1/parks/import',
    { body: 'x: 1', headers: { 'content-type': 'text/yaml' } },
    [403, 403, 403, 403, 400],
  ],
  ['POST', '/api/v1/keys', key({ kind: 'installation' }), [403, 403, 403, 403, 201]],
  ['POST', '/api/v1/keys', key({ kind: 'park', park: 'p1' }), [403, 403, 403, 201, 201]],
  ['POST', '/api/v1/keys', key({ kind: 'park', park: 'p2' }), [404, 404, 404, 404, 201]],
  ['POST', '/api/v1/alerts/unheard-of/acknowledge', { body: { comment: 'seen' } }, [404, 404, 404, 404, 404]],
]
const columns = ['site', 'analyst', 'staff', 'park administrator', 'administrator'] as const
const cells = matrix.flatMap(([method, url, options, statuses]) =>
  columns
    .map((role, index) => ({ method, url, options, role, expected: statuses[index] ?? 0 }))
    .filter(({ expected }) => expected > 0),
)

test.each(cells)('$role: $method $url → $expected', async ({ method, url, options, role, expected }) => {
  const answer = await api.ask(method as 'GET', url, { ...options, key: keys[role] })
  expect([answer.status, answer.text]).toEqual([expected, answer.text])
})

/** The values of a field in a list, as one role sees it. */
async function shown(url: string, role: string, field: string): Promise<string[]> {
  const { body } = await api.ask('GET', `/api/v1/${url}`, { key: keys[role] })
  return [...new Set((body['items'] as Record<string, unknown>[]).map((item) => String(item[field])))]
}

test('lists hold what lies within the reach, and nothing else', async () => {
  expect(await shown('parks', 'site', 'id')).toEqual(['p1'])
  expect(await shown('sites', 'site', 'id')).toEqual(['s1'])
  expect(await shown('meters', 'site', 'site')).toEqual(['s1'])
  expect(await shown('meters', 'analyst', 'park')).toEqual(['p1'])
  expect(await shown('meters', 'administrator', 'park')).toEqual(['p1', 'p2'])
  expect(await shown('ledger', 'site', 'place')).toEqual(['p1/s1'])
  expect(await shown('ledger?place=p1', 'site', 'place')).toEqual(['p1/s1'])
  expect(await shown(`consumption?by=park&${range}`, 'analyst', 'park')).toEqual(['p1'])
})

test('wrong keys are answered 401, then 429; right keys from the same address still pass', async () => {
  const statuses: number[] = []
  for (let n = 0; n < ADDRESS_FAILURES_PER_MINUTE + 5; n += 1)
    statuses.push((await api.ask('GET', '/api/v1/parks', { key: `wrong-${n}` })).status)
  expect(statuses[0]).toBe(401)
  expect(statuses.at(-1)).toBe(429)
  const refused = await api.ask('GET', '/api/v1/parks', { key: 'wrong' })
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect(refused.body['type']).toBe('urn:parkpulse:problem:too-many')
  expect((await api.ask('GET', '/api/v1/parks')).status).toBe(200)
})
