// Bad input at the door: each kind has its defined outcome, and the stream of others goes on through all of it.

import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, startHouse, type RunningHouse } from './running-house.ts'

const T0 = Math.floor(Date.now() / 1_000) * 1_000 - 3_600_000
const DAY_MS = 86_400_000

let house: RunningHouse
let client: MqttClient
let neighbour: MqttClient
let spoken = 0
let beat: NodeJS.Timeout

async function credentials(site: string): Promise<{ username: string; password: string }> {
  const { body } = await house.ask('POST', `/api/v1/parks/p1/sites/${site}/credentials`)
  return body as { username: string; password: string }
}

const connect = async (site: string): Promise<MqttClient> => {
  const opened = await mqtt.connectAsync({
    host: '127.0.0.1',
    port: house.mqttPort,
    protocol: 'mqtt',
    ...(await credentials(site)),
    reconnectPeriod: 200,
  })
  opened.on('error', () => undefined)
  return opened
}

beforeAll(async () => {
  house = await startHouse()
  await house.ask('PUT', '/api/v1/parks/p1', { name: 'P', timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' })
  for (const site of ['s1', 's2']) {
    await house.ask('PUT', `/api/v1/parks/p1/sites/${site}`, { name: site })
    await house.ask('PUT', `/api/v1/parks/p1/sites/${site}/meters/m1`, { name: 'M', commodity: 'wastewater' })
  }
  client = await connect('s1')
  neighbour = await connect('s2')
  beat = setInterval(() => {
    spoken += 1
    neighbour.publish(
      'parkpulse/v1/p1/s2/m1/readings',
      JSON.stringify({ at: T0 + spoken * 1_000, values: { volume_m3: spoken } }),
      { qos: 1 },
    )
  }, 20)
})
afterAll(async () => {
  clearInterval(beat)
  await client.endAsync(true)
  await neighbour.endAsync(true)
  await house.dispose()
})

type Case = { name: string; payload: string | Buffer; rejected?: string; refused?: string; stored?: number }
let next = 0
/** An instant that no other case uses. */
const at = (): number => T0 + (next += 1)
const deep = '['.repeat(50_000) + ']'.repeat(50_000)

const cases: Case[] = [
  { name: 'broken JSON', payload: '{"at": 1, "values"', rejected: 'not-json' },
  { name: 'not UTF-8', payload: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), rejected: 'not-utf8' },
  { name: 'an empty payload', payload: '', rejected: 'empty-payload' },
  { name: 'a number alone', payload: '42', rejected: 'not-a-reading' },
  { name: 'deep nesting', payload: deep, refused: 'not-a-reading' },
  { name: 'values of a wrong type', payload: `{"at":${at()},"values":[1]}`, rejected: 'not-a-reading' },
  { name: 'NaN', payload: `{"at":${at()},"values":{"ph":NaN}}`, rejected: 'not-json' },
  { name: 'NaN as text', payload: `{"at":${at()},"values":{"ph":"NaN"}}`, refused: 'not-a-number' },
  { name: 'Infinity as text', payload: `{"at":${at()},"values":{"ph":"Infinity"}}`, refused: 'not-a-number' },
  { name: '1e400', payload: `{"at":${at()},"values":{"ph":1e400}}`, refused: 'not-finite' },
  { name: 'a numeric string', payload: `{"at":${at()},"values":{"ph":"7.25"}}`, stored: 1 },
  { name: 'a decimal comma', payload: `{"at":${at()},"values":{"ph":"7,25"}}`, refused: 'not-a-number' },
  {
    name: 'an unknown name beside a good one',
    payload: `{"at":${at()},"values":{"phh":7,"ph":7}}`,
    refused: 'unknown-quantity',
    stored: 1,
  },
  { name: 'before 2015', payload: `{"at":"2014-12-31T23:59:59Z","values":{"ph":7}}`, refused: 'before-2015' },
  {
    name: 'eleven minutes ahead',
    payload: `{"at":${Date.now() + 11 * 60_000 + 60_000},"values":{"ph":7}}`,
    refused: 'in-the-future',
  },
  {
    name: 'a time without zone',
    payload: `{"at":"2026-11-01T08:00:00","values":{"ph":7}}`,
    refused: 'time-without-zone',
  },
  {
    name: 'ten thousand readings',
    payload: JSON.stringify(Array.from({ length: 10_000 }, (_, n) => ({ at: T0 - DAY_MS + n, values: { ph: 7 } }))),
    stored: 10_000,
  },
  {
    name: 'more than ten thousand readings',
    payload: `[${Array.from({ length: 10_001 }, () => '{"values":{}}').join(',')}]`,
    rejected: 'too-many-readings',
  },
  {
    name: 'the same reading twice in a message',
    payload: ((t) => `[{"at":${t},"values":{"ph":7}},{"at":${t},"values":{"ph":7}}]`)(at()),
    stored: 1,
  },
  {
    name: 'out of what the instrument can show',
    payload: `{"at":${at()},"values":{"ph":77}}`,
    refused: 'out-of-range',
  },
  { name: 'a negative register', payload: `{"at":${at()},"values":{"volume_m3":-1}}`, refused: 'negative' },
]

type Counts = { stored: number; rejected: number; refused: number }
async function counts(): Promise<Counts> {
  const { body } = await house.ask(
    'GET',
    `/api/v1/ledger?place=p1/s1&by=total&from=${T0 - 2 * DAY_MS}&to=${Date.now() + DAY_MS}`,
  )
  const [line] = (body as { items: Counts[] }).items
  return line ?? { stored: 0, rejected: 0, refused: 0 }
}

test.each(cases)('$name', async ({ payload, rejected, refused, stored = 0 }) => {
  const before = await counts()
  await client.publishAsync('parkpulse/v1/p1/s1/m1/readings', payload, { qos: 1 })
  await eventually('the outcome is on the ledger', 10_000, async () => {
    const now = await counts()
    const moved = {
      stored: now.stored - before.stored,
      rejected: now.rejected > before.rejected,
      refused: now.refused > before.refused,
    }
    return moved.stored === stored &&
      moved.rejected === (rejected !== undefined) &&
      moved.refused === (refused !== undefined)
      ? true
      : undefined
  })
  if (rejected !== undefined) {
    const { body } = await house.ask('GET', '/api/v1/rejections?place=p1/s1&limit=1')
    expect((body as { items: unknown[] }).items[0]).toMatchObject({ reason: rejected })
  }
  if (refused !== undefined) {
    const { body } = await house.ask('GET', '/api/v1/refusals?place=p1/s1&limit=1')
    expect((body as { items: unknown[] }).items[0]).toMatchObject({ check: refused })
  }
})

/** A client of its own that publishes and is thrown out. */
async function thrownOut(topic: string, payload: string | Buffer): Promise<boolean> {
  const guest = await mqtt.connectAsync({
    host: '127.0.0.1',
    port: house.mqttPort,
    protocol: 'mqtt',
    ...(await credentials('s1')),
    reconnectPeriod: 0,
  })
  guest.on('error', () => undefined)
  const closed = new Promise<boolean>((resolve) => guest.once('close', () => resolve(true)))
  let acknowledged = false
  guest.publish(topic, payload, { qos: 1 }, (error) => {
    acknowledged = !(error instanceof Error)
  })
  const out = await Promise.race([closed, new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 5_000))])
  await guest.endAsync(true)
  return out && !acknowledged
}

test.each([
  ['a payload of 1 MiB', 'parkpulse/v1/p1/s1/m1/readings', Buffer.alloc(1 << 20, 'x')],
  ['an odd id', 'parkpulse/v1/p1/s1/M 1!/readings', '{}'],
  ['a foreign topic', 'parkpulse/v1/p1/s2/m1/readings', '{}'],
  ['a $ topic', '$SYS/x', '{}'],
  ['a topic outside the contract', 'somewhere/else', '{}'],
])('%s is answered by closing', async (_name, topic, payload) => {
  expect(await thrownOut(topic, payload)).toBe(true)
})

test('the neighbour was heard all along', async () => {
  clearInterval(beat)
  const { body } = await house.ask('GET', `/api/v1/ledger?place=p1/s2&by=total&from=${T0}&to=${Date.now() + DAY_MS}`)
  expect(spoken).toBeGreaterThan(50)
  await eventually('all of the neighbour is stored', 10_000, async () => {
    const answer = await house.ask('GET', `/api/v1/ledger?place=p1/s2&by=total&from=${T0}&to=${Date.now() + DAY_MS}`)
    return (answer.body as { items: Counts[] }).items[0]?.stored === spoken ? true : undefined
  })
  expect((body as { items: Counts[] }).items[0]).toMatchObject({ rejected: 0, refused: 0 })
  expect(neighbour.connected).toBe(true)
})
