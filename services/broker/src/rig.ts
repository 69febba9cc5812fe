// For the integration tests: a broker on a free port with doors that a test can hold, and a raw MQTT client.

import { createLog, createMetrics, steadyClock, systemClock } from '@parkpulse/host'
import type { Message } from '@parkpulse/journal'
import type { Principal } from '@parkpulse/registry'
import { once } from 'node:events'
import { connect as tcpConnect } from 'node:net'
import { generate, type IConnectPacket, type Packet, parser } from 'mqtt-packet'
import { type Broker, type BrokerOptions, openBroker } from './open-broker.ts'

export const SITE_TOPIC = 'parkpulse/v1/p/s1'

/** A journal in memory that a test can stop, fill and fail. */
export function createFakeJournal() {
  const kept: Message[] = []
  const held: (() => void)[] = []
  let mode = 'open' // or 'held', or the reason of a refusal
  return {
    kept,
    held,
    hold: () => void (mode = 'held'),
    refuse: (reason: string) => void (mode = reason),
    release() {
      mode = 'open'
      for (const commit of held.splice(0)) commit()
    },
    writable: () => mode === 'open',
    append(message: Message): Promise<void> {
      const commit = () => void kept.push(message)
      if (mode === 'held') return new Promise((resolve) => held.push(() => resolve(commit())))
      if (mode !== 'open') return Promise.reject(Object.assign(new Error(mode), { reason: mode }))
      return Promise.resolve(commit())
    },
  }
}

export type Rig = {
  readonly broker: Broker
  readonly journal: ReturnType<typeof createFakeJournal>
  readonly reports: { ok: boolean; detail: string }[]
  readonly logged: () => readonly string[]
  /** The value of one line of /metrics, 0 when it isn't there; labels as in `{reason="…"}` without the service. */
  metric(name: string, label?: string): Promise<number>
  close(): Promise<void>
}

/** User names `s1`, `s2` are sites of park `p`, `parkpulse` is our service, everybody's password is `secret`. */
export async function openRig(options: Partial<BrokerOptions> = {}): Promise<Rig> {
  const journal = createFakeJournal()
  const reports: Rig['reports'] = []
  const lines: string[] = []
  const metrics = createMetrics('broker')
  const log = createLog('broker', { logLevel: 'debug' })
  const write = (_object: unknown, words?: string) => void lines.push(words ?? '')
  for (const level of ['info', 'warn', 'error'] as const) log[level] = write
  const broker = await openBroker({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    steady: steadyClock,
    log,
    metrics,
    authenticate: (username, password) => Promise.resolve(principalOf(username, password)),
    append: (message) => journal.append(message),
    writable: () => journal.writable(),
    report: (ok, detail) => void reports.push({ ok, detail }),
    ...options,
  })
  return {
    broker,
    journal,
    reports,
    logged: () => lines,
    async metric(name, label = '') {
      const text = await metrics.text()
      const line = text.split('\n').find((row) => row.startsWith(`parkpulse_broker_${name}{`) && row.includes(label))
      return Number(line?.split(' ').at(-1) ?? 0)
    },
    close: () => broker.close(),
  }
}

function principalOf(username: string, password: string): Principal | undefined {
  if (password !== 'secret') return undefined
  if (username === 'parkpulse') return { kind: 'service', username }
  return /^s\d+$/.test(username) ? { kind: 'site', username, park: 'p', site: username } : undefined
}

export type RawClient = {
  send(packet: Packet | Buffer): void
  /** The next packet of this kind that was not asked for yet; rejects when the connection closes before. */
  next(cmd: Packet['cmd']): Promise<Packet>
  /** Packets that came and were not asked for. */
  readonly received: Packet[]
  /** Resolves when the server has closed. */
  readonly closed: Promise<void>
  /** Stops reading, as a frozen client does. */
  freeze(): void
  isOpen(): boolean
  /** Cuts the connection without DISCONNECT. */
  cut(): void
}

/** A TCP connection that speaks MQTT packets, or any bytes. */
export async function openRawClient(port: number): Promise<RawClient> {
  const socket = tcpConnect({ host: '127.0.0.1', port, noDelay: true })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const received: Packet[] = []
  const waiting: { cmd: string; resolve: (packet: Packet) => void; reject: (error: Error) => void }[] = []
  const incoming = parser({ protocolVersion: 4 })
  incoming.on('packet', (packet) => {
    const i = waiting.findIndex(({ cmd }) => cmd === packet.cmd)
    const [asker] = i >= 0 ? waiting.splice(i, 1) : []
    if (asker === undefined) received.push(packet)
    else asker.resolve(packet)
  })
  incoming.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => incoming.parse(chunk))
  const closed = new Promise<void>((resolve) =>
    socket.once('close', () => {
      for (const { reject, cmd } of waiting.splice(0)) reject(new Error(`closed before ${cmd}`))
      resolve()
    }),
  )
  return {
    received,
    closed,
    send: (packet) => void socket.write(Buffer.isBuffer(packet) ? packet : generate(packet)),
    next(cmd) {
      const i = received.findIndex((packet) => packet.cmd === cmd)
      const [packet] = i >= 0 ? received.splice(i, 1) : []
      if (packet !== undefined) return Promise.resolve(packet)
      if (socket.closed) return Promise.reject(new Error(`closed before ${cmd}`))
      return new Promise((resolve, reject) => waiting.push({ cmd, resolve, reject }))
    },
    freeze: () => void socket.pause(),
    isOpen: () => !socket.closed && !socket.readableEnded,
    cut: () => void socket.destroy(),
  }
}

/** A CONNECT as a well-behaved client of site s1 sends it. */
export const connectPacket = (changes: Partial<IConnectPacket> = {}): IConnectPacket => ({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  clientId: 'c1',
  keepalive: 60,
  username: 's1',
  password: Buffer.from('secret'),
  ...changes,
})

export const publishPacket = (topic: string, messageId: number, changes: object = {}): Packet => ({
  cmd: 'publish',
  qos: 1,
  dup: false,
  retain: false,
  topic,
  messageId,
  payload: Buffer.from(`{"n":${messageId}}`),
  ...changes,
})

/** A raw client that is already let in. */
export async function openMeter(port: number, changes: Partial<IConnectPacket> = {}): Promise<RawClient> {
  const client = await openRawClient(port)
  client.send(connectPacket(changes))
  await client.next('connack')
  return client
}

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until something holds, for at most `ms`. */
export async function until(holds: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const latest = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > latest) throw new Error(`did not come to hold within ${ms} ms`)
    await sleep(10)
  }
}

/** Subscribes to one filter; the answer. */
export const subscribe = async (client: RawClient, topic: string, qos: 0 | 1 = 0) => {
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos }] })
  return await client.next('suback')
}

/** A packet is answered in order with what came before it, so after the ping nothing more will come. */
export const quiet = async (client: RawClient): Promise<readonly Packet[]> => {
  client.send({ cmd: 'pingreq' })
  await client.next('pingresp')
  return client.received
}
