// What the broker promises, seen from the socket: acknowledgements, full and slow disks, wills, stopping.

import { afterEach, describe, expect, test } from 'vitest'
import type { BrokerOptions } from './open-broker.ts'
import {
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

let rig: Rig
afterEach(() => rig.close())
const start = async (options: Partial<BrokerOptions> = {}) => {
  rig = await openRig(options)
  return rig.broker.port
}

describe('acknowledged means kept', () => {
  test('no PUBACK before the commit', async () => {
    const client = await openMeter(await start())
    rig.journal.hold()
    client.send(publishPacket(readings, 1))
    await until(() => rig.journal.held.length === 1)
    await sleep(100)
    expect(client.received).toEqual([])
    expect(rig.journal.kept).toEqual([])
    rig.journal.release()
    expect(await client.next('puback')).toMatchObject({ messageId: 1 })
    expect(rig.journal.kept).toMatchObject([{ topic: readings, principal: 's1', payload: Buffer.from('{"n":1}') }])
  })

  test('no PUBREC before the commit, and a QoS 2 repetition is answered once more', async () => {
    const client = await openMeter(await start())
    rig.journal.hold()
    client.send(publishPacket(readings, 1, { qos: 2 }))
    await until(() => rig.journal.held.length === 1)
    expect(client.received).toEqual([])
    rig.journal.release()
    await client.next('pubrec')
    client.send(publishPacket(readings, 1, { qos: 2, dup: true }))
    await client.next('pubrec')
    client.send({ cmd: 'pubrel', messageId: 1 })
    await client.next('pubcomp')
  })

  test('QoS 0 is kept too, and counted as such', async () => {
    const client = await openMeter(await start())
    client.send(publishPacket(readings, 0, { qos: 0 }))
    await until(() => rig.journal.kept.length === 1)
    expect(await rig.metric('messages_total', 'qos="0"')).toBe(1)
    expect(await rig.metric('acks_total')).toBe(0)
  })

  test('a window of messages is acknowledged in order', async () => {
    const client = await openMeter(await start())
    for (let id = 1; id <= 200; id++) client.send(publishPacket(readings, id))
    for (let id = 1; id <= 200; id++) expect(await client.next('puback')).toMatchObject({ messageId: id })
    expect(rig.journal.kept).toHaveLength(200)
    expect(await rig.metric('acks_total')).toBe(200)
  })

  test('a retain flag is not honoured, the reading is kept', async () => {
    const client = await openMeter(await start())
    client.send(publishPacket(readings, 1, { retain: true }))
    await client.next('puback')
    expect(rig.journal.kept).toHaveLength(1)
    expect(await rig.metric('retain_stripped_total')).toBe(1)
  })
})

describe('a disk in trouble', () => {
  test('full: no PUBACK, closed, not ready, logged once; then it goes on', async () => {
    const port = await start()
    rig.journal.refuse('disk-full')
    for (let i = 0; i < 3; i++) {
      const refused = await openMeter(port, { clientId: `c${i}` })
      refused.send(publishPacket(readings, 1))
      await refused.closed
      expect(refused.received).toEqual([])
    }
    expect(rig.reports.at(-1)).toEqual({ ok: false, detail: 'refused: disk-full' })
    expect(rig.logged().filter((line) => line.includes('disk-full'))).toEqual([
      'messages keeping → refused: disk-full: no acknowledgements, clients are closed',
    ])
    expect(await rig.metric('not_kept_total', 'reason="disk-full"')).toBe(3)

    rig.journal.release()
    await until(() => rig.reports.at(-1)?.ok === true)
    const client = await openMeter(port)
    client.send(publishPacket(readings, 2))
    await client.next('puback')
    expect(rig.logged().at(-1)).toBe('messages refused: disk-full → keeping')
  })

  test('one message that is too large says nothing about the disk', async () => {
    const client = await openMeter(await start())
    rig.journal.refuse('too-large')
    client.send(publishPacket(readings, 1))
    await client.closed
    expect(rig.reports).toEqual([{ ok: true, detail: 'keeping' }])
  })

  test('slow: a meter with a keep-alive of one second survives a commit of four', async () => {
    const port = await start()
    const client = await openMeter(port, { keepalive: 1 })
    rig.journal.hold()
    for (let id = 1; id <= 5; id++) client.send(publishPacket(readings, id))
    for (let i = 0; i < 8; i++) {
      client.send({ cmd: 'pingreq' })
      await sleep(500)
    }
    expect(client.isOpen()).toBe(true)
    rig.journal.release()
    for (let id = 1; id <= 5; id++) expect(await client.next('puback')).toMatchObject({ messageId: id })
    await client.next('pingresp')
  })

  test('slow for one: others connect, subscribe and ping meanwhile', async () => {
    const port = await start()
    const waiting = await openMeter(port)
    rig.journal.hold()
    waiting.send(publishPacket(readings, 1))
    const other = await openMeter(port, { username: 's2' })
    await subscribe(other, 'parkpulse/v1/p/s2/#')
    expect(await quiet(other)).toEqual([])
    rig.journal.release()
    await waiting.next('puback')
  })

  test('stalled beyond the deadline: closed rather than silent, and nothing is acknowledged later', async () => {
    const client = await openMeter(await start({ limits: { commitDeadlineMs: 300 } }))
    rig.journal.hold()
    client.send(publishPacket(readings, 1))
    await client.closed
    expect(client.received).toEqual([])
    expect(await rig.metric('not_kept_total', 'reason="commit takes too long"')).toBe(1)
    expect(rig.reports.at(-1)?.ok).toBe(false)
    rig.journal.release()
    await until(() => rig.reports.at(-1)?.ok === true)
  })
})

describe('wills', () => {
  const will = { topic: readings, payload: Buffer.from('{"last":1}'), qos: 1 as const, retain: true }

  test('are kept like any message when the connection is cut, unless it ended with DISCONNECT', async () => {
    const port = await start()
    const polite = await openMeter(port, { will })
    polite.send({ cmd: 'disconnect' })
    await polite.closed
    const rude = await openMeter(port, { will })
    rude.cut()
    await until(() => rig.journal.kept.length > 0)
    await sleep(50)
    expect(rig.journal.kept).toMatchObject([{ topic: readings, principal: 's1', payload: will.payload }])
  })

  test('are not kept when it is the broker that leaves', async () => {
    const client = await openMeter(await start(), { will })
    await rig.close()
    await client.closed
    expect(rig.journal.kept).toEqual([])
  })
})

test('a stop lets pending commits finish and their PUBACKs out, and takes nothing new', async () => {
  const client = await openMeter(await start())
  rig.journal.hold()
  client.send(publishPacket(readings, 1))
  await until(() => rig.journal.held.length === 1)
  const stopped = rig.broker.close()
  await sleep(20)
  client.send(publishPacket(readings, 2))
  await sleep(20)
  expect(rig.journal.held).toHaveLength(1)
  rig.journal.release()
  expect(await client.next('puback')).toMatchObject({ messageId: 1 })
  await stopped
  await client.closed
  expect(client.received).toEqual([])
  await expect(openRawClient(rig.broker.port)).rejects.toThrow('ECONNREFUSED')
})
