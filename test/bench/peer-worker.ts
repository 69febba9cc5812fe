// The peer in the bench: a plain mqtt.js subscriber behind Mosquitto that writes the same readings into the same kind of store
// and acknowledges after its commit (deferred, so that it is not held to one message at a time).

import { readFileSync } from 'node:fs'
import { quantityNamed } from '@parkpulse/metering'
import { openReadingsWriter, type AcceptedReadings } from '@parkpulse/store'
import { decode } from '@parkpulse/wire'
import mqtt, { type IPublishPacket } from 'mqtt'

type Setting = {
  readonly port: number
  readonly store: string
  /** `park/site/meter` → quantity name → register. */
  readonly registers: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** Messages gathered before a write; the same order of size as ingestion's pages. */
const BATCH_MESSAGES_MAX = 5_000
/** More at once, and the socket refuses to be written to (EINVAL). */
const ACKS_AT_ONCE = 200
const setting = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Setting
const writer = await openReadingsWriter({ folder: setting.store })
const client = mqtt.connect({
  host: '127.0.0.1',
  port: setting.port,
  protocol: 'mqtt',
  clientId: 'peer-worker',
  clean: false,
})

let waiting: { packet: IPublishPacket; connection: number }[] = []
let written = 0
let upTo = 0
let writing = false
/** Counts connections: what came over an earlier one is sent again by Mosquitto and not acknowledged over this one. */
let connection = 0

function readingsOf(packet: IPublishPacket, position: number, receivedAt: number): AcceptedReadings[] {
  const decoded = decode({ topic: packet.topic, payload: packet.payload as Buffer, receivedAt })
  if (decoded.kind !== 'values') throw new Error(`the peer was sent what it cannot read: ${decoded.detail}`)
  const byMeter = new Map<
    string,
    AcceptedReadings & { readings: { registerId: number; at: number; value: number; position: number }[] }
  >()
  for (const { meter, quantity, at, value } of decoded.values) {
    const place = `${decoded.park}/${decoded.site}/${meter}`
    const registerId = setting.registers[place]?.[quantityNamed(quantity.name)?.name ?? '']
    if (registerId === undefined) throw new Error(`the peer does not know ${place}`)
    let group = byMeter.get(place)
    if (group === undefined) byMeter.set(place, (group = { place, receivedAt, readings: [] }))
    group.readings.push({ registerId, at, value, position })
  }
  return [...byMeter.values()]
}

async function drain(): Promise<void> {
  if (writing) return
  writing = true
  while (waiting.length > 0) {
    const taken = waiting.slice(0, BATCH_MESSAGES_MAX)
    waiting = waiting.slice(taken.length)
    const receivedAt = Date.now()
    const accepted = taken.flatMap(({ packet }, n) => readingsOf(packet, upTo + n, receivedAt))
    upTo += taken.length
    await writer.write({ upTo, receivedAt, accepted, rejections: [], refusals: [], replayed: [] })
    written += accepted.reduce((sum, group) => sum + group.readings.length, 0)
    for (const [n, { packet, connection: over }] of taken.entries()) {
      if (n % ACKS_AT_ONCE === 0) await new Promise(setImmediate)
      const { messageId } = packet
      if (messageId !== undefined && over === connection)
        client['_sendPacket']({ cmd: 'puback', messageId, reasonCode: 0 }, () => undefined)
    }
  }
  writing = false
}

// An error passed to the callback only leaves out the PUBACK, which goes out after the commit.
client.handleMessage = (packet, done) => {
  waiting.push({ packet, connection })
  void drain()
  done(new Error('acknowledged after the commit'))
}
client.on('error', (error) => process.stderr.write(`peer: ${error.message}\n`))
client.on('close', () => {
  connection += 1
})
client.on('connect', () => {
  client.subscribe('parkpulse/v1/#', { qos: 1 }, () => process.send?.({ kind: 'ready' }))
})
setInterval(() => process.send?.({ kind: 'written', written, cpu: process.cpuUsage() }), 250).unref()
process.on('disconnect', () => process.exit(0))
