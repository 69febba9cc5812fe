// The door to the broker, against a real MQTT broker: announcing, an absent broker, and one that comes back.

import { Aedes } from 'aedes'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { openMqttDoor, type MqttDoor } from './mqtt-door.ts'
import { quietLog } from './practice-site.ts'

/** Much longer than it takes, for machines that are busy. */
const PATIENTLY = { timeout: 20_000 }

let closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.toReversed()) await close()
  closers = []
})

const openBroker = async (port = 0): Promise<{ port: number; heard: string[]; close: () => Promise<void> }> => {
  const aedes = await Aedes.createBroker()
  const heard: string[] = []
  aedes.authenticate = (_client, username, password, done) =>
    done(null, username === 'parkpulse' && String(password) === 'secret')
  aedes.on('publish', ({ topic, payload }) => {
    if (topic.startsWith('parkpulse/')) heard.push(`${topic} ${String(payload)}`)
  })
  const server: Server = createServer(aedes.handle)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => aedes.close(() => resolve()))
    server.close()
    await once(server, 'close')
  }
  return { port: (server.address() as AddressInfo).port, heard, close }
}
const open = (port: number): MqttDoor => {
  const door = openMqttDoor({ host: '0.0.0.0', port, username: 'parkpulse', password: 'secret', log: quietLog })
  closers.push(door.close)
  return door
}
const sent = async (door: MqttDoor, text: string): Promise<void> => {
  const deadline = performance.now() + PATIENTLY.timeout
  while (!door.publish('parkpulse/v1/p/s/accepted', text)) {
    if (performance.now() > deadline) throw new Error('never connected')
    await pause(20)
  }
}

it('announces, drops while the broker is away, and announces again when it is back', async () => {
  const first = await openBroker()
  const door = open(first.port)
  await sent(door, 'one')
  await expect.poll(() => first.heard, PATIENTLY).toEqual(['parkpulse/v1/p/s/accepted one'])
  await first.close()
  await expect.poll(() => door.publish('parkpulse/v1/p/s/accepted', 'lost'), PATIENTLY).toBe(false)
  const second = await openBroker(first.port)
  closers.unshift(second.close)
  await sent(door, 'two')
  await expect.poll(() => second.heard, PATIENTLY).toEqual(['parkpulse/v1/p/s/accepted two'])
})

it('closes also when it never reached a broker', async () => {
  const door = openMqttDoor({ host: '127.0.0.1', port: 1, username: 'parkpulse', password: 'x', log: quietLog })
  expect(door.publish('parkpulse/v1/p/s/accepted', 'x')).toBe(false)
  await door.close()
})
