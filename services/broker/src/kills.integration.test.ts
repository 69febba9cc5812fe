// The broker's process with the real journal and registry, killed under load: what was acknowledged is in the journal.

import { askOps } from '@parkpulse/host'
import { journalExtent, openReader } from '@parkpulse/journal'
import { openRegistry } from '@parkpulse/registry'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectPacket, openRawClient, publishPacket, sleep, until } from './rig.ts'

/** More with KILLS=50. */
const KILLS = Number(process.env['KILLS'] ?? 5)
const METERS = 10
const WINDOW = 25

let data: string
let port: number
let credential: { username: string; password: string }
let broker: ChildProcess | undefined

beforeAll(async () => {
  data = await mkdtemp(path.join(os.tmpdir(), 'parkpulse-broker-'))
  port = await freePort()
  const registry = await openRegistry({ file: path.join(data, 'registry.db'), now: () => Date.now() })
  await registry.putPark({ id: 'p', name: 'Park', timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' })
  await registry.putSite({ park: 'p', id: 's1', name: 'Site' })
  const issued = await registry.issueSiteCredential('p', 's1')
  if (issued.kind !== 'issued') throw new Error('no credential')
  credential = issued
  await registry.close()
})
afterAll(async () => {
  await stop('SIGKILL')
  await rm(data, { recursive: true, force: true })
})

test(`${KILLS} kills under load: acknowledged ⊆ journal`, async () => {
  const acknowledged = new Set<string>()
  let stopped = false
  const meters = Array.from({ length: METERS }, (_, i) => publishUntil(() => stopped, i, acknowledged))
  for (let kill = 0; kill < KILLS; kill++) {
    await start()
    const before = acknowledged.size
    await until(() => acknowledged.size > before + 2_000, 20_000)
    await sleep(Math.random() * 100)
    await stop('SIGKILL')
  }
  await start()
  stopped = true
  await Promise.all(meters)
  await stop('SIGTERM')

  const kept = await payloadsInJournal()
  expect(acknowledged.size).toBeGreaterThan(KILLS * 2_000)
  expect([...acknowledged].filter((payload) => !kept.has(payload))).toEqual([])
})

test('the process is ready when it listens, shows its figures, lets its own services in, and stops with 0', async () => {
  await start()
  const ready = await askOps(data, 'broker', '/health/ready', 1_000)
  expect(ready?.status).toBe(200)
  expect(JSON.parse(ready?.body ?? '{}')).toMatchObject({ parts: { journal: { ok: true }, messages: { ok: true } } })
  const key = (await readFile(path.join(data, 'service.key'), 'utf8')).trim()
  const service = await openRawClient(port)
  service.send(connectPacket({ username: 'parkpulse', password: Buffer.from(key) }))
  expect(await service.next('connack')).toMatchObject({ returnCode: 0 })
  const metrics = await askOps(data, 'broker', '/metrics', 1_000)
  expect(metrics?.body).toMatch(/parkpulse_broker_connects_accepted_total\{service="broker"\} \d/)
  expect(await stop('SIGTERM')).toBe(0)
})

async function start(): Promise<void> {
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, PARKPULSE_DATA: data, PARKPULSE_MQTT_HOST: '127.0.0.1', PARKPULSE_MQTT_PORT: String(port) }
  broker = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts')], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await until(async () => (await askOps(data, 'broker', '/health/ready', 500))?.status === 200, 20_000)
}

async function stop(signal: NodeJS.Signals): Promise<number | null> {
  if (broker === undefined || broker.exitCode !== null || broker.signalCode !== null) return null
  const exited = once(broker, 'exit')
  broker.kill(signal)
  const [code] = (await exited) as [number | null]
  return code
}

/** Publishes numbered messages, many at a time, and connects again whenever the connection breaks. */
async function publishUntil(stopped: () => boolean, meter: number, acknowledged: Set<string>): Promise<void> {
  for (let n = 0, session = 0; !stopped(); session++) {
    try {
      const client = await openRawClient(port)
      client.send(connectPacket({ ...credential, clientId: `m${meter}`, password: Buffer.from(credential.password) }))
      await client.next('connack')
      while (!stopped()) {
        const payloads = Array.from({ length: WINDOW }, () => `${meter}:${session}:${n++}`)
        for (const [i, payload] of payloads.entries()) {
          client.send(publishPacket(`parkpulse/v1/p/s1/m${meter}/readings`, i + 1, { payload: Buffer.from(payload) }))
        }
        for (const payload of payloads) {
          await client.next('puback')
          acknowledged.add(payload)
        }
      }
      client.cut()
    } catch {
      await sleep(20) // the broker is being killed; try again
    }
  }
}

async function payloadsInJournal(): Promise<ReadonlySet<string>> {
  const folder = path.join(data, 'journal')
  const { first, committed } = await journalExtent(folder)
  if (committed === undefined) throw new Error('the broker left no sound `committed`')
  const reader = await openReader({ folder, from: first })
  const kept = new Set<string>()
  for (let at = first; at < committed;) {
    const page = await reader.read({ entries: 10_000, bytes: 16_000_000 }, 100)
    expect(page.damaged).toEqual([])
    for (const { payload } of page.entries) kept.add(Buffer.from(payload).toString())
    at = page.next
  }
  await reader.close()
  return kept
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const free = (server.address() as AddressInfo).port
  server.close()
  await once(server, 'close')
  return free
}
