// What a hostile or broken client may send, line by line, against the running broker.

import { generate, type IConnectPacket, type Packet } from 'mqtt-packet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FILTERS_PER_CLIENT_MAX, PACKET_BYTES_MAX, PIPELINED_PACKETS_MAX } from './limits.ts'
import { connectPacket, openMeter, openRawClient, openRig, publishPacket, type Rig, SITE_TOPIC, until } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
})
afterAll(() => rig.close())

const readings = `${SITE_TOPIC}/m1/readings`

/** MQTT's length-prefixed text, from bytes, so that it may be no valid UTF-8. */
const text = (bytes: Buffer) => Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
const rawPublish = (topic: Buffer, id = 7) => {
  const body = Buffer.concat([text(topic), Buffer.from([id >> 8, id & 255]), Buffer.from('{}')])
  return Buffer.concat([Buffer.from([0x32, body.length]), body])
}
const subscribe = (...topics: string[]): Packet => ({
  cmd: 'subscribe',
  messageId: 5,
  subscriptions: topics.map((topic) => ({ topic, qos: 0 as const })),
})
const rawFilter = (type: number, filter: string, more: number[]) => {
  const body = Buffer.concat([Buffer.from([0, 5]), text(Buffer.from(filter)), Buffer.from(more)])
  return Buffer.concat([Buffer.from([type, body.length]), body])
}

const will = (changes: object): Partial<IConnectPacket> => ({
  will: { topic: readings, payload: Buffer.from('{}'), qos: 1, retain: false, ...changes },
})

describe('CONNECT is answered with a return code, then closed', () => {
  test.each<readonly [string, Partial<IConnectPacket> | Buffer, number, string]>([
    ['a wrong password', { password: Buffer.from('wrong') }, 4, 'unknown user name or wrong password'],
    ['an unknown user name', { username: 'nobody' }, 4, 'unknown user name or wrong password'],
    ['a will outside its site', will({ topic: 'parkpulse/v1/p/s2/m1/readings' }), 5, 'will denied'],
    ['a will with a wildcard', will({ topic: `${SITE_TOPIC}/+/readings` }), 5, 'will denied'],
    ['a will for an announcement', will({ topic: `${SITE_TOPIC}/rejected` }), 5, 'will denied'],
    ['a will to $SYS', will({ topic: '$SYS/x' }), 5, 'will denied'],
    ['an empty client id without clean session', emptyClientId(), 2, 'empty client id'],
    ['a will with QoS 3', willWithQos3(), 5, 'will with QoS 3'],
    ['a will with an empty topic', willWithEmptyTopic(), 5, 'will denied'],
    ['a password without user name', passwordWithoutUserName(), 4, 'password without user name'],
    ['MQTT 5', { protocolVersion: 5 }, 1, 'protocol level 5 not supported'],
  ])('%s', async (_name, connect, returnCode, reason) => {
    const before = await rig.metric('refusals_total', `reason="${reason}"`)
    const client = await openRawClient(rig.broker.port)
    client.send(Buffer.isBuffer(connect) ? connect : connectPacket(connect))
    expect(await client.next('connack')).toMatchObject({ returnCode, sessionPresent: false })
    await client.closed
    expect(await rig.metric('refusals_total', `reason="${reason}"`)).toBe(before + 1)
    expect(rig.logged().join('\n')).toContain(reason)
  })

  test('MQTT 5 gets the three-byte answer that its clients understand', async () => {
    const client = await openRawClient(rig.broker.port)
    client.send(connectPacket({ protocolVersion: 5 }))
    expect(await client.next('connack')).toMatchObject({ length: 2, returnCode: 1 })
  })
})

describe('before CONNECT: closed without a word', () => {
  test.each<readonly [string, Buffer]>([
    ['a CONNECT that declares 268 MB', Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f, 0, 4])],
    ['a PUBLISH first', generate(publishPacket(readings, 1))],
    ['a second protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a CONNECT of another protocol level', rawConnect(0x02, [0, 1, 97], 9)],
    ['a CONNECT with the reserved flag', rawConnect(0x03, [0, 1, 97])],
    ['a CONNECT that ends early', rawConnect(0xc2, [0, 1, 97])],
    ['many packets behind CONNECT', manyBehindConnect()],
  ])('%s', async (_name, bytes) => {
    const kept = rig.journal.kept.length
    const client = await openRawClient(rig.broker.port)
    client.send(bytes)
    await client.closed
    expect(client.received).toEqual([])
    expect(rig.journal.kept).toHaveLength(kept)
  })
})

describe('after CONNECT: closed, nothing kept, nothing acknowledged, counted', () => {
  test.each<readonly [string, Packet | Buffer, string, string]>([
    ['a topic of another site', publishPacket('parkpulse/v1/p/s2/m1/readings', 1), 'denials', 'foreign topic'],
    ['an announcement', publishPacket(`${SITE_TOPIC}/accepted`, 1), 'denials', 'wrong direction'],
    ['an unknown topic', publishPacket('temperature', 1), 'denials', 'unknown topic'],
    ['a topic below $SYS', publishPacket('$SYS/broker/uptime', 1), 'denials', 'reserved topic'],
    ['a topic below $share', publishPacket(`$share/g/${readings}`, 1), 'denials', 'reserved topic'],
    ['a wildcard in PUBLISH', rawPublish(Buffer.from(`${SITE_TOPIC}/+/readings`)), 'refusals', 'malformed topic'],
    ['# in PUBLISH', rawPublish(Buffer.from(`${SITE_TOPIC}/#`)), 'refusals', 'malformed topic'],
    ['an empty topic', rawPublish(Buffer.alloc(0)), 'refusals', 'malformed topic'],
    [
      'a topic that is no UTF-8',
      rawPublish(Buffer.from(`${SITE_TOPIC}/m\xff/readings`, 'latin1')),
      'denials',
      'malformed topic',
    ],
    [
      'a surrogate',
      rawPublish(Buffer.from('parkpulse/v1/p/s1/\xed\xa0\x80/readings', 'latin1')),
      'denials',
      'malformed topic',
    ],
    ['U+0000', rawPublish(Buffer.from(`${SITE_TOPIC}/m\0/readings`)), 'denials', 'malformed topic'],
    ['packet id 0', rawPublish(Buffer.from(readings), 0), 'refusals', 'packet id 0'],
    ['QoS 3', Buffer.from([0x36, 5, 0, 1, 97, 0, 1]), 'refusals', 'malformed packet'],
    ['a topic longer than its packet', Buffer.from([0x32, 5, 0, 99, 97, 0, 1]), 'refusals', 'malformed packet'],
    ['a packet that is too large', Buffer.from([0x32, 0x80, 0x80, 0x80, 1]), 'refusals', 'packet too large'],
    ['a second CONNECT', connectPacket(), 'refusals', 'malformed packet'],
    ['a packet that only servers send', { cmd: 'pingresp' }, 'refusals', 'malformed packet'],
    ['SUBSCRIBE with id 0', Buffer.from([0x82, 6, 0, 0, 0, 1, 97, 0]), 'refusals', 'packet id 0'],
    ['SUBSCRIBE without filters', Buffer.from([0x82, 2, 0, 5]), 'refusals', 'malformed packet'],
    ['SUBSCRIBE to everything', subscribe('#'), 'denials', 'foreign topic'],
    ['SUBSCRIBE to another site', subscribe('parkpulse/v1/p/s2/#'), 'denials', 'foreign topic'],
    ['SUBSCRIBE to $SYS', subscribe('$SYS/#'), 'denials', 'reserved topic'],
    ['SUBSCRIBE to a#', rawFilter(0x82, `${SITE_TOPIC}/a#`, [0]), 'refusals', 'malformed topic'],
    ['SUBSCRIBE to +a', rawFilter(0x82, `${SITE_TOPIC}/+a`, [0]), 'denials', 'malformed topic'],
    ['SUBSCRIBE to a+/b', rawFilter(0x82, `${SITE_TOPIC}/a+/b`, [0]), 'refusals', 'malformed topic'],
    ['SUBSCRIBE to U+0000', rawFilter(0x82, `${SITE_TOPIC}/\0`, [0]), 'denials', 'malformed topic'],
    ['SUBSCRIBE with QoS 3', rawFilter(0x82, `${SITE_TOPIC}/rejected`, [3]), 'refusals', 'malformed packet'],
    ['too many filters', subscribe(...manyFilters(FILTERS_PER_CLIENT_MAX + 1)), 'refusals', 'too many filters'],
    ['10 000 filters', generate(subscribe(...manyFilters(10_000))), 'refusals', 'packet too large'],
    ['UNSUBSCRIBE without filters', Buffer.from([0xa2, 2, 0, 5]), 'refusals', 'malformed packet'],
    ['UNSUBSCRIBE with id 0', Buffer.from([0xa2, 5, 0, 0, 0, 1, 97]), 'refusals', 'packet id 0'],
  ])('%s', async (_name, packet, counter, reason) => {
    const label = counter === 'denials' ? `denial="${reason}"` : `reason="${reason}"`
    const before = await total(counter, label)
    const kept = rig.journal.kept.length
    const client = await openMeter(rig.broker.port)
    client.send(packet)
    await client.closed
    expect(client.received).toEqual([])
    expect(rig.journal.kept).toHaveLength(kept)
    await until(async () => (await total(counter, label)) === before + 1, 1_000)
  })

  test('the same trouble of the same client is logged once', async () => {
    for (let i = 0; i < 3; i++) {
      const client = await openMeter(rig.broker.port, { clientId: 'again' })
      client.send(publishPacket('parkpulse/v1/p/s9/m1/readings', 1))
      await client.closed
    }
    expect(rig.logged().filter((line) => line === 'publish denied: foreign topic').length).toBeLessThanOrEqual(2)
  })
})

describe('answered', () => {
  test('$share with 128, and the connection goes on', async () => {
    const client = await openMeter(rig.broker.port)
    client.send(subscribe(`$share/g/${SITE_TOPIC}/rejected`, `${SITE_TOPIC}/rejected`))
    expect(await client.next('suback')).toMatchObject({ granted: [128, 0] })
    client.send({ cmd: 'pingreq' })
    await client.next('pingresp')
    client.cut()
  })

  test('the largest message that is allowed is kept', async () => {
    const client = await openMeter(rig.broker.port)
    client.send(publishPacket(readings, 9, { payload: Buffer.alloc(512 * 1024, 97) }))
    expect(await client.next('puback')).toMatchObject({ messageId: 9 })
    expect(rig.journal.kept.at(-1)?.payload).toHaveLength(512 * 1024)
    expect(512 * 1024).toBeLessThan(PACKET_BYTES_MAX)
    client.cut()
  })

  test('CONNECT and a hundred PUBLISH in one write', async () => {
    const client = await openRawClient(rig.broker.port)
    const publishes = Array.from({ length: 100 }, (_, i) => generate(publishPacket(readings, i + 1)))
    client.send(Buffer.concat([generate(connectPacket()), ...publishes]))
    await client.next('connack')
    for (let id = 1; id <= 100; id++) expect(await client.next('puback')).toMatchObject({ messageId: id })
    client.cut()
  })

  test('clean session 0: session present is 0, and nothing was queued meanwhile', async () => {
    const subscriber = { clientId: 'returning', clean: false }
    const first = await openMeter(rig.broker.port, subscriber)
    first.send(subscribe(`${SITE_TOPIC}/rejected`))
    await first.next('suback')
    first.cut()
    const service = await openMeter(rig.broker.port, { username: 'parkpulse' })
    service.send(publishPacket(`${SITE_TOPIC}/rejected`, 1))
    await service.next('puback')
    const second = await openRawClient(rig.broker.port)
    second.send(connectPacket(subscriber))
    expect(await second.next('connack')).toMatchObject({ returnCode: 0, sessionPresent: false })
    second.send({ cmd: 'pingreq' })
    await second.next('pingresp')
    expect(second.received).toEqual([])
    for (const client of [second, service]) client.cut()
  })
})

async function total(counter: string, label: string): Promise<number> {
  const actions = counter === 'denials' ? ['publish', 'subscribe'] : ['']
  const counts = await Promise.all(
    actions.map((action) => rig.metric(`${counter}_total`, action === '' ? label : `action="${action}",${label}`)),
  )
  return counts.reduce((a, b) => a + b, 0)
}

function manyFilters(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${SITE_TOPIC}/alerts/a${i}`)
}

function rawConnect(flags: number, rest: readonly number[], level = 4): Buffer {
  const body = Buffer.from([0, 4, 77, 81, 84, 84, level, flags, 0, 60, ...rest])
  return Buffer.concat([Buffer.from([0x10, body.length]), body])
}
function emptyClientId(): Buffer {
  return rawConnect(0xc0, [0, 0, ...text(Buffer.from('s1')), ...text(Buffer.from('secret'))])
}
function willWithQos3(): Buffer {
  const body = [...text(Buffer.from(`${SITE_TOPIC}/readings`)), ...text(Buffer.from('{}'))]
  return rawConnect(0xde, [0, 1, 97, ...body, ...text(Buffer.from('s1')), ...text(Buffer.from('secret'))])
}
function willWithEmptyTopic(): Buffer {
  return rawConnect(0xc6, [0, 1, 97, 0, 0, 0, 0, ...text(Buffer.from('s1')), ...text(Buffer.from('secret'))])
}
function passwordWithoutUserName(): Buffer {
  return rawConnect(0x42, [0, 1, 97, ...text(Buffer.from('secret'))])
}
function manyBehindConnect(): Buffer {
  const pings = Buffer.alloc((PIPELINED_PACKETS_MAX + 10) * 2, Buffer.from([0xc0, 0]))
  return Buffer.concat([generate(connectPacket({ username: 's1' })), pings])
}
