// Law: whatever bytes come, from whatever number of connections, the broker goes on, and keeps nothing that was not published well.

import * as fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  connectPacket,
  openMeter,
  openRawClient,
  openRig,
  publishPacket,
  type Rig,
  SITE_TOPIC,
  sleep,
  until,
} from './rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
})
afterAll(() => rig.close())

const readings = `${SITE_TOPIC}/m1/readings`
const SESSIONS = 400
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)

/** A whole life of a client, as bytes: everything that MQTT 3.1.1 lets one say. */
const session = Buffer.concat([
  generate(connectPacket({ will: { topic: readings, payload: Buffer.from('{}'), qos: 1, retain: true } })),
  generate(publishPacket(readings, 1)),
  generate(publishPacket(readings, 2, { qos: 2 })),
  generate({ cmd: 'pubrel', messageId: 2 }),
  generate({ cmd: 'subscribe', messageId: 3, subscriptions: [{ topic: `${SITE_TOPIC}/alerts/+`, qos: 1 }] }),
  generate({ cmd: 'pingreq' }),
  generate({ cmd: 'puback', messageId: 9 }),
  generate({ cmd: 'pubrec', messageId: 9 }),
  generate({ cmd: 'unsubscribe', messageId: 4, unsubscriptions: [`${SITE_TOPIC}/alerts/+`] }),
  generate(publishPacket(readings, 0, { qos: 0 })),
  generate({ cmd: 'disconnect' }),
])

const mutation = fc.oneof(
  fc.record({ kind: fc.constant('set'), at: fc.nat(session.length - 1), byte: fc.nat(255) }),
  fc.record({ kind: fc.constant('cut'), at: fc.nat(session.length - 1), byte: fc.constant(0) }),
  fc.record({ kind: fc.constant('insert'), at: fc.nat(session.length - 1), byte: fc.nat(255) }),
)

test(`mutated sessions, seed ${seed}`, async () => {
  const property = fc.asyncProperty(
    fc.array(mutation, { maxLength: 4 }),
    fc.nat(session.length),
    async (mutations, cut) => {
      const bytes = mutations.reduce(mutate, session)
      const client = await openRawClient(rig.broker.port)
      client.send(bytes.subarray(0, cut))
      client.send(bytes.subarray(cut))
      await Promise.race([client.closed, client.next('unsuback').catch(() => undefined), sleep(30)])
      client.cut()
    },
  )
  await fc.assert(property, { numRuns: SESSIONS, seed })

  const client = await openMeter(rig.broker.port)
  client.send(publishPacket(readings, 77))
  expect(await client.next('puback')).toMatchObject({ messageId: 77 })
  client.cut()
  await until(async () => (await rig.metric('connections')) === 0)
  expect(rig.logged().filter((line) => line.includes('hook failed') || line.includes('aedes reports'))).toEqual([])
  expect(rig.journal.kept.length).toBeGreaterThan(SESSIONS / 10)
  expect(
    rig.journal.kept.every(({ topic, principal }) => topic.startsWith(`${SITE_TOPIC}/`) && principal === 's1'),
  ).toBe(true)
})

type Mutation = { readonly kind: string; readonly at: number; readonly byte: number }

function mutate(bytes: Buffer, { kind, at, byte }: Mutation): Buffer {
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
  if (kind === 'cut') return Buffer.concat([before, after.subarray(1)])
  if (kind === 'insert') return Buffer.concat([before, Buffer.from([byte]), after])
  return Buffer.concat([before, Buffer.from([byte]), after.subarray(1)])
}
