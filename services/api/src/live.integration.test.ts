// Live, over a real connection: what is stored comes through, cut to the reach; alerts can be caught up with.

import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AlertKind } from '@parkpulse/alerting'
import { provisionPark, startApi, NOW, type RunningApi } from './running-api.ts'
import { SUBSCRIBERS_MAX } from './live.ts'

let api: RunningApi
let base: string
let siteKey: string
let upTo = 0

beforeAll(async () => {
  api = await startApi()
  await provisionPark(api)
  siteKey = await api.issueKey({ name: 's2', role: 'site', reach: { kind: 'site', park: 'p1', site: 's2' } })
  const rule = await api.ask('PUT', '/api/v1/rules/overload', {
    body: {
      place: { park: 'p1' },
      quantity: 'active_power_kw',
      breach: 'above',
      limit: 500,
      clear: 450,
      holdMs: 0,
      keepFiringMs: 0,
      severity: 'critical',
      advice: { vi: 'Giảm tải.', en: 'Shed load.' },
    },
  })
  expect(rule.status, rule.text).toBe(201)
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  base = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`
})
afterAll(() => api.close())

type Event = { event: string; id?: string; data: Record<string, unknown> }

/** Listens until closed; `next` waits for the next event of a name. */
async function listen(query = '', headers: Record<string, string> = {}) {
  const closing = new AbortController()
  const answer = await fetch(`${base}/api/v1/live${query}`, {
    headers: { authorization: `Bearer ${api.adminKey}`, ...headers },
    signal: closing.signal,
  })
  const events: Event[] = []
  let comments = 0
  const reading = (async () => {
    let rest = ''
    for await (const piece of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (rest + piece).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]))
        const [event, id] = [fields.get('event'), fields.get('id')]
        if (event === undefined) comments += 1
        else events.push({ event, ...(id === undefined ? {} : { id }), data: JSON.parse(fields.get('data') ?? '') })
      }
    }
  })().catch(() => undefined)
  return {
    status: answer.status,
    headers: answer.headers,
    events,
    comments: () => comments,
    async until(what: (all: readonly Event[]) => boolean): Promise<void> {
      await expect.poll(() => what(events), { timeout: 5_000, interval: 20 }).toBe(true)
    },
    async close() {
      closing.abort()
      await reading
    },
  }
}

async function store(site: string, value: number): Promise<void> {
  const registerId = api.registerId(`p1/${site}/e1`, 'active_power_kw')
  upTo += 1
  const reading = { registerId, at: NOW + upTo, value, position: upTo }
  const accepted = [{ place: `p1/${site}/e1`, receivedAt: NOW, readings: [reading] }]
  await api.readings.write({ upTo, receivedAt: NOW, accepted, rejections: [], refusals: [], replayed: [] })
}

async function transit(site: string, from: AlertKind, to: AlertKind): Promise<void> {
  const registerId = api.registerId(`p1/${site}/e1`, 'active_power_kw')
  const alert = { alertId: `overload-${registerId}`, ruleId: 'overload', registerId }
  const state = to === 'inactive' ? { kind: to, seenAt: NOW } : { kind: to, since: NOW, seenAt: NOW }
  await api.figures.commit({
    dueAdded: [],
    dueDone: [],
    hours: [],
    emissions: [],
    alertStates: [{ ...alert, state }],
    transitions: [{ ...alert, from, to, at: NOW, value: 520, recordedAt: NOW }],
  })
}

const named = (events: readonly Event[], name: string) => events.filter(({ event }) => event === name)

test('hello, then readings and alerts with their place; a heartbeat in between', async () => {
  const stream = await listen()
  expect(stream.status).toBe(200)
  expect(stream.headers.get('content-type')).toContain('text/event-stream')
  expect(stream.headers.get('content-security-policy')).toContain("default-src 'none'")
  await store('s1', 412.5)
  await transit('s1', 'inactive', 'firing')
  await stream.until((all) => named(all, 'reading').length === 1 && named(all, 'alert').length === 1)
  expect(stream.events[0]?.event).toBe('hello')
  expect(named(stream.events, 'reading')[0]?.data).toMatchObject({
    path: 'p1/s1/e1',
    quantity: 'active_power_kw',
    value: 412.5,
    unit: 'kW',
  })
  expect(named(stream.events, 'alert')[0]).toMatchObject({
    id: expect.stringMatching(/^\d+$/),
    data: {
      rule: 'overload',
      site: 's1',
      from: 'inactive',
      to: 'firing',
      value: 520,
      severity: 'critical',
      advice: { en: 'Shed load.' },
    },
  })
  await stream.until(() => stream.comments() > 0)
  await stream.close()
})

test('a site hears only of itself, and a filter narrows', async () => {
  const site = await listen('', { authorization: `Bearer ${siteKey}` })
  const filtered = await listen('?meter=p1/s2/e1')
  await store('s1', 1)
  await transit('s1', 'firing', 'inactive')
  await store('s2', 2)
  for (const stream of [site, filtered]) {
    await stream.until((all) => named(all, 'reading').length > 0)
    expect(named(stream.events, 'reading').map(({ data }) => data['site'])).toEqual(['s2'])
    expect(named(stream.events, 'alert')).toEqual([])
    await stream.close()
  }
})

test('a stream hears of meters that were registered after it began', async () => {
  const listener = await listen('?park=p1&site=s1')
  await listener.until((all) => named(all, 'hello').length === 1)
  const put = await api.ask('PUT', '/api/v1/parks/p1/sites/s1/meters/later', {
    body: { name: 'Later', commodity: 'electricity' },
  })
  expect(put.status, put.text).toBe(201)
  const registerId = api.registerId('p1/s1/later', 'active_power_kw')
  upTo += 1
  const readings = [{ registerId, at: NOW + upTo, value: 7, position: upTo }]
  const accepted = [{ place: 'p1/s1/later', receivedAt: NOW, readings }]
  await api.readings.write({ upTo, receivedAt: NOW, accepted, rejections: [], refusals: [], replayed: [] })
  await listener.until((all) => named(all, 'reading').some(({ data }) => data['meter'] === 'later'))
  await listener.close()
})

test('Last-Event-ID: what was missed comes first, once, in order', async () => {
  const before = await listen()
  await transit('s2', 'inactive', 'firing')
  await before.until((all) => named(all, 'alert').length === 1)
  const seen = named(before.events, 'alert')[0]?.id ?? ''
  await before.close()
  for (let n = 0; n < 3; n += 1) {
    await transit('s2', 'firing', 'inactive')
    await transit('s2', 'inactive', 'firing')
  }
  const after = await listen('', { 'last-event-id': seen })
  await transit('s2', 'firing', 'inactive')
  await after.until((all) => named(all, 'alert').length >= 7)
  const ids = named(after.events, 'alert').map(({ id }) => Number(id))
  expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => Number(seen) + n))
  await after.close()
})

test('alerts: state, rule, place, since, value, advice; acknowledged by whom', async () => {
  await transit('s1', 'inactive', 'firing')
  api.clock.at += 1000
  const { body } = await api.ask('GET', '/api/v1/alerts?state=firing')
  const [alert, ...others] = body['items'] as Record<string, unknown>[]
  expect(others).toEqual([])
  expect(alert).toMatchObject({
    rule: 'overload',
    park: 'p1',
    site: 's1',
    meter: 'e1',
    state: 'firing',
    value: 1,
    limit: 500,
    unit: 'kW',
    acknowledged: null,
  })
  expect((await api.ask('GET', '/api/v1/alerts?state=firing&severity=info')).body['items']).toEqual([])
  const acknowledge = `/api/v1/alerts/${String(alert?.['id'])}/acknowledge`
  expect((await api.ask('POST', acknowledge, { body: { comment: 'x' }, key: siteKey })).status).toBe(404)
  const answer = await api.ask('POST', acknowledge, { body: { comment: 'Electrician called.' } })
  expect(answer.body).toMatchObject({
    state: 'firing',
    acknowledged: { by: 'test', comment: 'Electrician called.', at: '2026-11-22T10:30:01+07:00' },
  })
  expect((await api.ask('GET', '/api/v1/alerts?rule=overload&site=s1')).body['items']).toMatchObject([
    { acknowledged: { by: 'test' } },
  ])
})

test('transitions, newest first, cut to the reach, paged', async () => {
  const { body } = await api.ask('GET', '/api/v1/alerts/transitions?limit=2')
  expect(body['items']).toMatchObject([
    { site: 's1', to: 'firing' },
    { site: 's2', to: 'inactive' },
  ])
  const next = (await api.ask('GET', `/api/v1/alerts/transitions?limit=2&cursor=${String(body['next'])}`)).body
  expect(next['items']).toMatchObject([
    { site: 's2', to: 'firing' },
    { site: 's2', to: 'inactive' },
  ])
  const own = (await api.ask('GET', '/api/v1/alerts/transitions?limit=100', { key: siteKey })).body
  expect(new Set((own['items'] as { site: string }[]).map(({ site }) => site))).toEqual(new Set(['s2']))
})

test('as many as the process can serve may listen; one more is told to come again', async () => {
  const streams = await Promise.all(Array.from({ length: SUBSCRIBERS_MAX }, () => listen()))
  expect(streams.filter(({ status }) => status === 200)).toHaveLength(SUBSCRIBERS_MAX)
  const late = await listen()
  expect([late.status, late.headers.get('retry-after')]).toEqual([503, '10'])
  await Promise.all([...streams, late].map((stream) => stream.close()))
  await expect
    .poll(
      async () => {
        const again = await listen()
        await again.close()
        return again.status
      },
      { timeout: 5_000 },
    )
    .toBe(200)
})

test('a reader who does not read is let go', async () => {
  const { connect } = await import('node:net')
  const socket = connect((api.app.server.address() as AddressInfo).port, '127.0.0.1')
  const closed = new Promise<boolean>((resolve) => socket.on('close', () => resolve(true)))
  socket.on('error', () => undefined)
  socket.write(`GET /api/v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.adminKey}\r\n\r\n`)
  await new Promise<void>((resolve) => socket.once('data', () => resolve()))
  socket.pause()
  const registerId = api.registerId('p1/s1/e1', 'active_power_kw')
  for (let round = 0; round < 25; round += 1) {
    upTo += 1
    const readings = Array.from({ length: 4_000 }, (_, n) => ({
      registerId,
      at: NOW - 1e9 + round * 4_000 + n,
      value: n,
      position: upTo,
    }))
    await api.readings.write({
      upTo,
      receivedAt: NOW,
      accepted: [{ place: 'p1/s1/e1', receivedAt: NOW, readings }],
      rejections: [],
      refusals: [],
      replayed: [],
    })
    await new Promise((resolve) => setTimeout(resolve, 60))
  }
  socket.resume()
  expect(await Promise.race([closed, new Promise((resolve) => setTimeout(() => resolve(false), 5_000))])).toBe(true)
}, 30_000)
