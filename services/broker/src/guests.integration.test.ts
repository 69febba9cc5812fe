// Who is in and what they get: announcements, identities, the limits of the door, and mqtt.js as people use it.

import { generate } from 'mqtt-packet'
import mqtt from 'mqtt'
import { afterEach, describe, expect, test } from 'vitest'
import { ENTRY_LIMITS } from './addresses.ts'
import type { BrokerOptions } from './open-broker.ts'
import {
  connectPacket,
  openMeter,
  openRawClient,
  openRig,
  quiet,
  publishPacket,
  type Rig,
  SITE_TOPIC,
  sleep,
  subscribe,
  until,
} from './rig.ts'

const readings = `${SITE_TOPIC}/m1/readings`
const alert = `${SITE_TOPIC}/alerts/limit-1`

let rig: Rig
afterEach(() => rig.close())
const start = async (options: Partial<BrokerOptions> = {}) => {
  rig = await openRig(options)
  return rig.broker.port
}

describe('announcements', () => {
  test('are routed to the site and not journalled; alerts are retained until they are cleared', async () => {
    const port = await start()
    const service = await openMeter(port, { username: 'parkpulse' })
    const early = await openMeter(port)
    await subscribe(early, `${SITE_TOPIC}/#`, 1)
    service.send(publishPacket(alert, 1, { retain: true, payload: Buffer.from('firing') }))
    service.send(publishPacket(`${SITE_TOPIC}/accepted`, 2, { retain: true }))
    await service.next('puback')
    await service.next('puback')
    expect(await early.next('publish')).toMatchObject({ topic: alert, retain: false, qos: 1 })
    expect(await early.next('publish')).toMatchObject({ topic: `${SITE_TOPIC}/accepted` })
    expect(rig.journal.kept).toEqual([])

    const late = await openMeter(port, { clientId: 'late' })
    await subscribe(late, `${SITE_TOPIC}/#`)
    expect(await late.next('publish')).toMatchObject({ topic: alert, retain: true, payload: Buffer.from('firing') })
    expect(await quiet(late)).toEqual([])

    service.send(publishPacket(alert, 3, { retain: true, payload: Buffer.alloc(0) }))
    expect(await late.next('publish')).toMatchObject({ topic: alert, payload: Buffer.alloc(0) })
    const after = await openMeter(port, { clientId: 'after' })
    await subscribe(after, `${SITE_TOPIC}/#`)
    expect(await quiet(after)).toEqual([])
  })

  test('overlapping filters deliver once; other sites, readings and $SYS are never delivered', async () => {
    const port = await start()
    const service = await openMeter(port, { username: 'parkpulse' })
    await subscribe(service, 'parkpulse/v1/#')
    const site = await openMeter(port)
    await subscribe(site, `${SITE_TOPIC}/#`)
    await subscribe(site, `${SITE_TOPIC}/+`)
    site.send(publishPacket(readings, 1))
    await site.next('puback')
    service.send(publishPacket('parkpulse/v1/p/s2/rejected', 1))
    service.send(publishPacket(`${SITE_TOPIC}/rejected`, 2))
    await service.next('publish')
    await service.next('publish')
    expect(await site.next('publish')).toMatchObject({ topic: `${SITE_TOPIC}/rejected` })
    expect(await quiet(site)).toEqual([])
    expect((await quiet(service)).filter(({ cmd }) => cmd === 'publish')).toEqual([])
  })

  test('an unsubscribed filter counts no longer and delivers no more', async () => {
    const port = await start()
    const site = await openMeter(port)
    for (let i = 0; i < 200; i++) {
      await subscribe(site, `${SITE_TOPIC}/alerts/a${i}`)
      site.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: [`${SITE_TOPIC}/alerts/a${i}`] })
      await site.next('unsuback')
    }
    const service = await openMeter(port, { username: 'parkpulse' })
    service.send(publishPacket(`${SITE_TOPIC}/alerts/a7`, 1))
    await service.next('puback')
    expect(await quiet(site)).toEqual([])
  })

  test('a frozen subscriber stops nobody, and is closed', async () => {
    const port = await start()
    const service = await openMeter(port, { username: 'parkpulse' })
    const frozen = await openMeter(port, { clientId: 'frozen' })
    const reader = await openMeter(port, { clientId: 'reader' })
    for (const client of [frozen, reader]) await subscribe(client, `${SITE_TOPIC}/#`)
    frozen.freeze()
    const payload = Buffer.alloc(50_000)
    for (let id = 1; id <= 400; id++) {
      service.send(publishPacket(`${SITE_TOPIC}/accepted`, id, { payload }))
      await service.next('puback')
      await reader.next('publish')
    }
    const meter = await openMeter(port, { clientId: 'meter' })
    meter.send(publishPacket(readings, 1))
    await meter.next('puback')
    expect(await rig.metric('forwards_dropped_total')).toBeGreaterThan(0)
    await until(async () => (await rig.metric('refusals_total', 'reason="does not read"')) === 1)
  })
})

describe('who is who', () => {
  test('the same client id of another site takes nobody over; of the same credential it does', async () => {
    const port = await start()
    const [mine, theirs] = [
      await openMeter(port, { clientId: 'plc' }),
      await openMeter(port, { clientId: 'plc', username: 's2' }),
    ]
    expect(await quiet(mine)).toEqual([])
    expect(await quiet(theirs)).toEqual([])
    const again = await openMeter(port, { clientId: 'plc' })
    await mine.closed
    expect(await quiet(again)).toEqual([])
    expect(await quiet(theirs)).toEqual([])
  })

  test('after too many failures the registry is no longer asked', async () => {
    let asked = 0
    const authenticate = () => {
      asked += 1
      return Promise.resolve(undefined)
    }
    const port = await start({ authenticate })
    const codes: unknown[] = []
    for (let i = 0; i < 12; i++) {
      const client = await openRawClient(port)
      client.send(connectPacket())
      codes.push(((await client.next('connack')) as { returnCode?: number }).returnCode)
    }
    expect(codes).toEqual([...Array.from({ length: 10 }, () => 4), 3, 3])
    expect(asked).toBe(10)
    expect(await rig.metric('auth_failures_total')).toBe(10)
    expect(rig.logged().join('\n')).not.toContain('secret')
  })

  test('a registry that fails answers "unavailable" and does not stop the broker', async () => {
    let works = false
    const port = await start({
      authenticate: (username) =>
        works
          ? Promise.resolve({ kind: 'site', username, park: 'p', site: 's1' })
          : Promise.reject(new Error('locked')),
    })
    const client = await openRawClient(port)
    client.send(connectPacket())
    expect(await client.next('connack')).toMatchObject({ returnCode: 3 })
    works = true
    await quiet(await openMeter(port))
  })

  test('what comes while the registry is being asked waits for the answer', async () => {
    const answer = Promise.withResolvers<void>()
    const port = await start({
      authenticate: (username) => answer.promise.then(() => ({ kind: 'site', username, park: 'p', site: 's1' })),
    })
    const client = await openRawClient(port)
    client.send(connectPacket())
    for (let id = 1; id <= 3_000; id++) client.send(publishPacket(readings, id, { payload: Buffer.alloc(100) }))
    await sleep(100)
    expect(client.isOpen()).toBe(true)
    expect(rig.journal.kept).toEqual([])
    answer.resolve()
    expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
    for (let id = 1; id <= 3_000; id++) expect(await client.next('puback')).toMatchObject({ messageId: id })
  })
})

describe('limits of the door', () => {
  test('a silent connection is closed', async () => {
    const client = await openRawClient(await start({ limits: { connectTimeoutMs: 100 } }))
    await client.closed
    expect(await rig.metric('refusals_total', 'reason="no CONNECT in time"')).toBe(1)
  })

  test.each([
    ['too many connections', { connections: 2 }],
    ['too many connections of one address', { perAddress: 2 }],
    ['too many unaccepted connections of one address', { unacceptedPerAddress: 2 }],
    ['connections come too fast', { burst: 2, ratePerS: 0.001 }],
  ])('%s', async (reason, entry) => {
    const port = await start({ limits: { entry: { ...ENTRY_LIMITS, ...entry } } })
    const inside = [await openRawClient(port), await openRawClient(port)]
    const outside = await openRawClient(port)
    await outside.closed
    expect(inside.every((client) => client.isOpen())).toBe(true)
    expect(await rig.metric('refusals_total', `reason="${reason}"`)).toBe(1)
  })

  test('half-sent packets of all connections together', async () => {
    const port = await start({ limits: { partialBytes: 400_000 } })
    const half = generate(publishPacket(readings, 1, { payload: Buffer.alloc(500_000) })).subarray(0, 300_000)
    const [first, second] = [await openMeter(port), await openMeter(port, { clientId: 'c2' })]
    first.send(half)
    await until(async () => (await rig.metric('received_bytes_total')) > 300_000)
    second.send(half)
    await second.closed
    first.cut()
    await until(async () => (await rig.metric('connections')) === 0)
    const third = await openMeter(port)
    third.send(publishPacket(readings, 1, { payload: Buffer.alloc(350_000) }))
    await third.next('puback')
    expect(await rig.metric('refusals_total', 'reason="too many unfinished packets"')).toBe(1)
  })

  test('a place is free again when its connection has closed', async () => {
    const port = await start({ limits: { entry: { ...ENTRY_LIMITS, connections: 1 } } })
    for (let i = 0; i < 5; i++) {
      const client = await openMeter(port)
      client.send({ cmd: 'disconnect' })
      await client.closed
      await until(async () => (await rig.metric('connections')) === 0)
    }
  })

  test('a thousand connections publish and are acknowledged', async () => {
    const port = await start()
    const clients = await Promise.all(Array.from({ length: 1_000 }, (_, i) => openMeter(port, { clientId: `m${i}` })))
    expect(await rig.metric('connections')).toBe(1_000)
    for (const [i, client] of clients.entries()) client.send(publishPacket(`${SITE_TOPIC}/m${i}/readings`, 1))
    await Promise.all(clients.map((client) => client.next('puback')))
    expect(new Set(rig.journal.kept.map(({ topic }) => topic)).size).toBe(1_000)
    for (const client of clients) client.cut()
  })
})

test('mqtt.js, as people use it: publish, subscribe, reconnect', async () => {
  const port = await start()
  const options = { username: 's1', password: 'secret', reconnectPeriod: 50, clean: false, clientId: 'site-panel' }
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, options)
  await client.subscribeAsync(`${SITE_TOPIC}/alerts/+`, { qos: 1 })
  await client.publishAsync(readings, '{"values":{}}', { qos: 1 })
  await client.publishAsync(readings, '{"values":{}}', { qos: 2 })
  expect(rig.journal.kept).toHaveLength(2)

  const got = new Promise((resolve) => client.once('message', (topic) => resolve(topic)))
  client.once('connect', () => {
    void mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { ...options, username: 'parkpulse' }).then(async (service) => {
      await service.publishAsync(alert, 'firing', { qos: 1, retain: true })
      return await service.endAsync()
    })
  })
  client.stream.destroy()
  expect(await got).toBe(alert)
  await client.endAsync()
})
