// The simulator as a process, against an API and a broker that only pretend: registration, keys, both ways of sending, restart.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { askOps } from '@parkpulse/host'
import { Aedes } from 'aedes'
import { afterEach, expect, test } from 'vitest'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const KEY = 'k'.repeat(43)
type Item = { meter?: string; at: string | number }
type Arrival = { topic: string; username: string; items: Item[] }

/** Pretends to be the API: remembers what it was asked, issues keys, knows no meter's past. */
async function pretendApi() {
  const asked: string[] = []
  const passwords = new Map<string, string>()
  let failures = 2
  function issue(username: string) {
    passwords.set(username, `${username}-${asked.length}`)
    return { username, password: passwords.get(username) }
  }
  const server = createHttpServer((request, response) => {
    const say = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body))
    request.resume()
    failures -= 1
    if (request.headers.authorization !== `Bearer ${KEY}`) say(401, {})
    else if (failures >= 0) say(503, {})
    else {
      asked.push(`${request.method} ${request.url}`)
      if (request.method === 'POST') say(201, issue((request.url as string).split('/')[6] as string))
      else say(200, { items: [] })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, passwords }
}

/** Pretends to be the broker: lets those in whom the API gave a key. */
async function pretendBroker(passwords: Map<string, string>) {
  const arrivals: Arrival[] = []
  const usernames = new Map<string, string>()
  const broker = await Aedes.createBroker({
    authenticate: (client, username, password, done) => {
      usernames.set(client.id, username ?? '')
      const good = passwords.get(username ?? '') === password?.toString()
      done(good ? null : Object.assign(new Error('no'), { returnCode: 4 }), good)
    },
    authorizePublish: (client, packet, done) => {
      const parsed = JSON.parse(packet.payload.toString()) as Item | Item[]
      const username = usernames.get(client?.id ?? '') ?? ''
      arrivals.push({ topic: packet.topic, username, items: Array.isArray(parsed) ? parsed : [parsed] })
      done(null)
    },
  })
  const server = createTcpServer(broker.handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(
    () => server.close(),
    () => new Promise<void>((resolve) => broker.close(resolve)),
  )
  return { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, arrivals }
}

async function scene() {
  const data = mkdtempSync(path.join(os.tmpdir(), 'simulator '))
  writeFileSync(path.join(data, 'admin.key'), `${KEY}\n`)
  const api = await pretendApi()
  const broker = await pretendBroker(api.passwords)
  const start = (...more: string[]): ChildProcess => {
    const doors = [
      '--api',
      api.url,
      '--mqtt',
      broker.url,
      '--factories',
      '2',
      '--meters-per-factory',
      '3',
      '--interval',
      '1',
    ]
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts'), ...doors, ...more], {
      env: { ...process.env, PARKPULSE_DATA: data, PARKPULSE_LOG_LEVEL: 'warn' },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    closers.push(() => child.kill('SIGKILL'))
    return child
  }
  return { data, api, arrivals: broker.arrivals, start }
}

const times = (arrivals: readonly Arrival[]) =>
  arrivals.flatMap(({ topic, items }) =>
    items.map((item) => `${item.meter ?? topic.split('/')[4]}@${new Date(item.at).getTime()}`),
  )
const filled = (arrivals: readonly Arrival[]) => arrivals.filter(({ topic }) => topic.split('/').length === 5)

test('registers, takes keys, fills two hours of the past and lives on; a restart goes on where it ended', async () => {
  const { data, api, arrivals, start } = await scene()
  const first = start('--backfill-hours', '2')
  await expect.poll(() => new Set(arrivals.map(({ topic }) => topic)).size, { timeout: 20_000 }).toBe(2 + 6)
  await expect.poll(() => filled(arrivals).flatMap(({ items }) => items).length).toBeGreaterThanOrEqual(2 * 3 * 119)
  expect(api.asked).toContain('PUT /api/v1/parks/nam-hai')
  expect(api.asked).toContain('PUT /api/v1/parks/nam-hai/sites/factory-02/meters/wastewater')
  expect(api.asked).toContain('PUT /api/v1/rules/cod-above-nam-hai')
  expect(api.asked.filter((line) => line.startsWith('POST'))).toHaveLength(2)
  expect(arrivals.every(({ topic, username }) => topic.split('/')[3] === username)).toBe(true)
  expect(statSync(path.join(data, 'simulator/credentials.json')).mode & 0o777).toBe(0o600)
  expect(await askOps(data, 'simulator', '/health/ready', 2_000)).toMatchObject({ status: 200 })

  const progress = path.join(data, 'simulator/progress.json')
  await expect
    .poll(() => (JSON.parse(readFileSync(progress, 'utf8')) as { until: number }).until, { timeout: 15_000 })
    .toBeGreaterThan(Date.now() - 14_000)
  first.kill('SIGTERM')
  expect((await once(first, 'exit'))[0]).toBe(0)
  const before = arrivals.splice(0)
  start('--backfill-hours', '2')
  await expect.poll(() => arrivals.length, { timeout: 20_000 }).toBeGreaterThan(12)
  expect(api.asked.filter((line) => line.startsWith('POST'))).toHaveLength(2)
  expect(filled(arrivals).flatMap(({ items }) => items).length).toBeLessThan(12)
  const again = new Set(times(before))
  expect(times(arrivals).filter((time) => again.has(time)).length).toBeLessThan(60)
})

test('a key that the broker refuses is replaced', async () => {
  const { data, api, arrivals, start } = await scene()
  const first = start('--backfill-hours', '0')
  await expect.poll(() => arrivals.length, { timeout: 20_000 }).toBeGreaterThan(6)
  first.kill('SIGKILL')
  await once(first, 'exit')
  const kept = readFileSync(path.join(data, 'simulator/credentials.json'), 'utf8')
  api.passwords.set('factory-01', 'changed')
  arrivals.length = 0
  start('--backfill-hours', '0')
  await expect.poll(() => arrivals.some(({ username }) => username === 'factory-01'), { timeout: 20_000 }).toBe(true)
  expect(readFileSync(path.join(data, 'simulator/credentials.json'), 'utf8')).not.toBe(kept)
})

test('at sixty times the speed the past is lived through by the meters themselves', async () => {
  const { arrivals, start } = await scene()
  start('--backfill-hours', '1', '--speed', '60', '--interval', '60')
  await expect.poll(() => arrivals.length, { timeout: 20_000 }).toBeGreaterThan(18)
  expect(filled(arrivals)).toHaveLength(0)
  const latest = Math.max(...arrivals.flatMap(({ items }) => items.map((item) => new Date(item.at).getTime())))
  expect(latest).toBeLessThan(Date.now() - 1_800_000)
})
