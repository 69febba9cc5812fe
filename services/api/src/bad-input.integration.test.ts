// Bad input: every parameter is looked at, unknown ones are refused, and the answer names the field.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { provisionPark, startApi, type RunningApi } from './running-api.ts'

let api: RunningApi
beforeAll(async () => {
  api = await startApi()
  await provisionPark(api)
})
afterAll(() => api.close())

const hour = 'from=2026-11-22T00:00:00Z&to=2026-11-22T01:00:00Z'
const fields = (body: Record<string, unknown>) =>
  ((body['errors'] ?? []) as { field: string }[]).map(({ field }) => field)

test.each([
  ['parks?x=1', ['x']],
  ['sites?park=P%201', ['park']],
  ['sites?park=p1&park=p2', ['park']],
  ['meters?limit=0', ['limit']],
  ['meters?limit=ten', ['limit']],
  ['meters?limit=100000', ['limit']],
  ['meters?cursor=%25%25', ['cursor']],
  ['meters?commodity=gold', ['commodity']],
  ['meters?site=a/b/c', ['site']],
  ['meters?park=p1&site=p2/s1', ['park']],
  ['readings', ['meter', 'quantity', 'from', 'to']],
  [`readings?meter=e1&quantity=1.8.0&${hour}`, ['meter']],
  [`readings?meter=p1/s1/e1&quantity=joy&${hour}`, ['quantity']],
  ['readings?meter=p1/s1/e1&quantity=1.8.0&from=yesterday&to=tomorrow', ['from', 'to']],
  ['readings?meter=p1/s1/e1&quantity=1.8.0&from=2026-11-22T01:00:00Z&to=2026-11-22T00:00:00Z', ['to']],
  ['readings?meter=p1/s1/e1&quantity=1.8.0&from=1000&to=9999999999999', ['to']],
  [`consumption?interval=week&${hour}`, ['interval']],
  [`consumption?by=city&${hour}`, ['by']],
  ['consumption?from=2026-11-22T00:30:00Z&to=2026-11-22T01:00:00Z', ['from']],
  ['consumption?from=2024-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', ['to']],
  [`consumption?${hour}&cursor=WzEsMl0`, ['cursor']],
  [`consumption?${hour}&quantity=active_power_kw`, ['quantity']],
  [`emissions?gwp=AR7&scope=4&method=mine&${hour}`, ['scope', 'method', 'gwp']],
  [`consumption/revisions?meter=p1/s1/e1&quantity=1.8.0&hour=2026-11-22T00:30:00Z`, ['hour']],
  ['alerts?state=loud', ['state']],
  ['alerts?severity=high&rule=A', ['severity', 'rule']],
  ['alerts/transitions?cursor=e30', ['cursor']],
  ['ledger?place=a/b/c/d', ['place']],
  ['ledger?by=day', ['by']],
  ['ledger?from=2026-11-22T08:00:00', ['from']],
  ['rejections?limit=-1', ['limit']],
  ['refusals?offset=3', ['offset']],
  ['conflicts?from=0&to=9999999999999', ['to']],
  ['rules?rule=1', ['rule']],
  ['vocabulary?lang=vi', ['lang']],
  ['live?park=', ['park']],
])('GET %s names %j', async (url, expected) => {
  const { status, body } = await api.ask('GET', `/api/v1/${url}`)
  expect([status, fields(body).toSorted()]).toEqual([400, expected.toSorted()])
  expect(body).toMatchObject({ type: 'urn:parkpulse:problem:bad-input', status: 400, title: expect.any(String) })
})

const byText = (a: string, b: string): number => (a < b ? -1 : 1)

const rule = {
  kind: 'limit',
  place: { park: 'p1' },
  quantity: 'active_power_kw',
  breach: 'above',
  limit: 500,
  clear: 450,
  holdMs: 0,
  keepFiringMs: 0,
  severity: 'critical',
  advice: { vi: 'Giảm tải.', en: 'Shed load.' },
}

describe('bodies', () => {
  test.each([
    ['PUT', 'parks/p9', {}, ['gridRegion', 'name', 'timeZone']],
    ['PUT', 'parks/p9', { name: 'P', timeZone: 'Moon/Base', gridRegion: 'VN' }, ['timeZone']],
    ['PUT', 'parks/p9', { name: 'P', timeZone: 'UTC', gridRegion: 'VN', colour: 1 }, ['colour']],
    ['PUT', 'parks/P9', { name: 'P', timeZone: 'UTC', gridRegion: 'VN' }, ['park']],
    ['PUT', 'parks/p1/sites/s9', { name: '' }, ['name']],
    ['PUT', 'parks/p1/sites/s1/meters/m', { name: 'M', commodity: 'gold' }, ['commodity']],
    [
      'PUT',
      'parks/p1/sites/s1/meters/m',
      {
        name: 'M',
        commodity: 'water',
        registers: [{ quantity: 'volume_m3' }, { quantity: 'volume_m3', capacity: -1 }],
      },
      ['registers[1].capacity'],
    ],
    ['PUT', 'rules/r1', { ...rule, limit: 'high' }, ['limit']],
    ['PUT', 'rules/r1', { ...rule, clear: 600 }, ['clear']],
    ['PUT', 'rules/r1', { ...rule, advice: { vi: 'x' } }, ['advice.en']],
    ['POST', 'keys', { name: 'k', role: 'king', reach: { kind: 'installation' } }, ['role']],
    ['POST', 'keys', { name: 'k', role: 'staff', reach: { kind: 'park' } }, ['reach.park']],
    ['POST', 'alerts/a/acknowledge', { comment: ' ' }, ['comment']],
  ] as const)('%s %s %j names %j', async (method, url, body, expected) => {
    const answer = await api.ask(method, `/api/v1/${url}`, { body })
    expect([answer.status, fields(answer.body).toSorted()]).toEqual([400, [...expected].map(String).toSorted(byText)])
  })

  test.each([
    ['broken JSON', '{"name": ', 'application/json', 400],
    ['no body', '', 'application/json', 400],
    ['a type that we do not read', '<a/>', 'application/xml', 415],
    ['too large', JSON.stringify({ name: 'x'.repeat(300_000) }), 'application/json', 413],
    ['a poisoned prototype', '{"__proto__": {"x": 1}}', 'application/json', 400],
  ])('%s', async (_name, body, type, status) => {
    const answer = await api.ask('PUT', '/api/v1/parks/p9', { body, headers: { 'content-type': type } })
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/problem+json'])
    expect(answer.text).not.toMatch(/node_modules|\.ts:\d+|FST_/)
  })
})

test.each([
  ['GET', '/nowhere'],
  ['GET', '/api/v1/nowhere'],
  ['PUT', '/api/v1/meters'],
  ['GET', '/api/v1/meters/p1/s1/unknown'],
  ['GET', `/api/v1/meters/p1/s1/${'x'.repeat(300)}`],
  ['GET', '/page/../main.ts'],
] as const)('%s %s is not found, as a problem', async (method, url) => {
  const { status, body } = await api.ask(method, url)
  expect([status >= 400 && status < 500, body['status']]).toEqual([true, status])
})

test('a park document with problems changes nothing and names their lines', async () => {
  const text =
    'park:\n  id: p8\n  name: Eight\n  timeZone: Moon/Base\n  gridRegion: VN\nsites:\n  - id: "S 1"\n    name: One\n'
  const answer = await api.ask('POST', '/api/v1/parks/import', { body: text, headers: { 'content-type': 'text/yaml' } })
  expect(answer.status).toBe(400)
  const errors = answer.body['errors'] as { field: string; line?: number }[]
  expect(errors.every(({ line }) => line !== undefined && line > 0)).toBe(true)
  expect(errors.map(({ field }) => field).join(' ')).toContain('timeZone')
  expect((await api.ask('GET', '/api/v1/sites?park=p8')).status).toBe(404)
})
