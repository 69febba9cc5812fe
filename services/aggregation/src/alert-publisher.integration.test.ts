// The publisher against a real broker that comes, goes and forgets.

import { Aedes } from 'aedes'
import { connectAsync } from 'mqtt'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Logger } from '@parkpulse/host'
import type { AlertMessage } from './alert-message.ts'
import { openAlertPublisher } from './alert-publisher.ts'

const TOPIC = 'parkpulse/v1/p/s/alerts/peak-9'
const OLD = 'parkpulse/v1/p/s/alerts/gone-3'
const message = { alert: 'peak-9', value: 405 } as AlertMessage
const silent = { info: () => undefined, warn: () => undefined } as unknown as Logger
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** A broker with its retained messages in memory. */
async function broker(port = 0, retained: readonly string[] = []) {
  const aedes = await Aedes.createBroker()
  const server: Server = createServer(aedes.handle)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const bound = (server.address() as AddressInfo).port
  for (const topic of retained) {
    const client = await connectAsync({ port: bound, host: '127.0.0.1' })
    await client.publishAsync(topic, 'left over', { retain: true, qos: 1 })
    await client.endAsync()
  }
  let open = true
  const close = async () => {
    if (!open) return
    open = false
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
    await new Promise<void>((resolve) => aedes.close(() => resolve()))
  }
  closers.push(close)
  return { port: bound, close }
}

/** What a newcomer finds retained. */
async function retainedAt(port: number): Promise<Record<string, string>> {
  const client = await connectAsync({ port, host: '127.0.0.1' })
  const found: Record<string, string> = {}
  client.on('message', (topic, payload) => (found[topic] = payload.toString()))
  await client.subscribeAsync('parkpulse/#')
  await new Promise((resolve) => setTimeout(resolve, 50))
  await client.endAsync()
  return found
}

function publisherTo(port: number) {
  const publisher = openAlertPublisher({ host: '127.0.0.1', port, password: 'secret', log: silent })
  closers.push(() => publisher.close())
  return publisher
}
const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 50 })

describe('the alert publisher', () => {
  it('retains what fires and clears what resolves', async () => {
    const { port } = await broker()
    const publisher = publisherTo(port)
    publisher.set(TOPIC, message)
    await eventually(async () => expect(await retainedAt(port)).toEqual({ [TOPIC]: JSON.stringify(message) }))
    publisher.set(TOPIC, undefined)
    await eventually(async () => expect(await retainedAt(port)).toEqual({}))
  })
  it('publishes again to a broker that has forgotten, and clears there what has gone meanwhile', async () => {
    const first = await broker()
    const publisher = publisherTo(first.port)
    publisher.set(TOPIC, message)
    publisher.set(OLD, message)
    publisher.clearOthers()
    await eventually(async () => expect(Object.keys(await retainedAt(first.port))).toHaveLength(2))
    await first.close()
    await eventually(async () => expect(publisher.isConnected()).toBe(false))
    publisher.set(OLD, undefined)
    await broker(first.port, [OLD])
    await eventually(async () => expect(await retainedAt(first.port)).toEqual({ [TOPIC]: JSON.stringify(message) }))
  })
  it('clears nothing before it is told that all is there: whoever looks on sees no alert resolved that goes on', async () => {
    const { port } = await broker(0, [TOPIC, OLD])
    const cleared: string[] = []
    const onlooker = await connectAsync({ port, host: '127.0.0.1' })
    closers.push(() => onlooker.endAsync())
    onlooker.on('message', (topic, payload) => void (payload.length === 0 && cleared.push(topic)))
    await onlooker.subscribeAsync('parkpulse/#')
    const publisher = publisherTo(port)
    await eventually(async () => expect(publisher.isConnected()).toBe(true))
    // Time enough for what is retained to arrive, had it been asked for.
    await new Promise((resolve) => setTimeout(resolve, 200))
    publisher.set(TOPIC, message)
    publisher.clearOthers()
    await eventually(async () => expect(await retainedAt(port)).toEqual({ [TOPIC]: JSON.stringify(message) }))
    expect(cleared).toEqual([OLD])
  })
  it('does not wait for a broker that is not there, neither at work nor at the end', async () => {
    const gone = await broker()
    await gone.close()
    const publisher = openAlertPublisher({ host: '127.0.0.1', port: gone.port, password: 'secret', log: silent })
    publisher.set(TOPIC, message)
    expect(publisher.isConnected()).toBe(false)
    await publisher.close()
  })
})
