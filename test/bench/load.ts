// A load generator for MQTT 3.1.1 at QoS 1: raw sockets and pre-encoded packets, so that it costs as little as it can
// beside what it measures. A module (`runLoad`) and a process (`node test/bench/load.ts '<options as JSON>'`).

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connectPacket, publishPacket, writeDigits, writeValue, type LoadSource } from './load-packets.ts'

export type LoadOptions = {
  readonly host?: string
  readonly port: number
  /** One connection each. */
  readonly sources: readonly LoadSource[]
  /** Unacknowledged messages per connection, 1 to 1 000. */
  readonly window: number
  /** How long to send, in milliseconds; after it, outstanding acknowledgements are awaited for `drainMs`. */
  readonly durationMs: number
  readonly drainMs?: number
  /** Over all connections; absent: as fast as acknowledgements come. */
  readonly messagesPerS?: number
  /** Readings per message; more than one needs `meters` (default 1). */
  readonly readingsPerMessage?: number
  /** Name of the value that is sent (default `active_energy_import_kwh`). */
  readonly quantity?: string
  /** `at` of each connection's first message; then one step per message (default: two hours ago, 1 ms). */
  readonly startAt?: number
  readonly stepMs?: number
  /** The value, with three decimals, grows by 0.001 every so many messages (default 10). */
  readonly messagesPerStep?: number
}

export type LoadResult = {
  readonly connected: number
  readonly closed: number
  readonly sent: number
  readonly acknowledged: number
  readonly readings: number
  /** From the first PUBLISH to the last acknowledgement within `durationMs`. */
  readonly seconds: number
  readonly messagesPerS: number
  readonly readingsPerS: number
  readonly ackMs: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number }
  /** CPU of this process as a share of one core. */
  readonly cpu: number
  /** For the exactness of what was stored: per connection, how many of its first messages are acknowledged (in order). */
  readonly acknowledgedBySource: readonly number[]
}

const HANDSHAKES_AT_ONCE = 100
const TICK_MS = 2
const LATENCY_STEP_MS = 0.1
const LATENCY_STEPS = 200_000 // 20 s

/** Connects all sources, sends for the duration, waits for outstanding acknowledgements, and reports. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const latencies = new Uint32Array(LATENCY_STEPS)
  const publishers: Publisher[] = []
  for (let i = 0; i < options.sources.length; i += HANDSHAKES_AT_ONCE) {
    const some = options.sources.slice(i, i + HANDSHAKES_AT_ONCE)
    publishers.push(
      ...(await Promise.all(some.map((source, j) => tryToOpen(options, { source, number: i + j, latencies })))),
    )
  }
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  const stopPace = options.messagesPerS === undefined ? startAll(publishers) : pace(publishers, options.messagesPerS)
  await sleep(options.durationMs)
  const seconds = (performance.now() - startedAt) / 1000
  const acknowledgedInTime = sum(publishers.map((publisher) => publisher.acknowledged()))
  const cpu = process.cpuUsage(cpuBefore)
  stopPace()
  await drained(publishers, options.drainMs ?? 5_000)
  const result = {
    connected: publishers.length,
    closed: publishers.filter((publisher) => publisher.isClosed()).length,
    sent: sum(publishers.map((publisher) => publisher.sent())),
    acknowledged: sum(publishers.map((publisher) => publisher.acknowledged())),
    readings: sum(publishers.map((publisher) => publisher.acknowledged())) * (options.readingsPerMessage ?? 1),
    seconds,
    messagesPerS: Math.round(acknowledgedInTime / seconds),
    readingsPerS: Math.round((acknowledgedInTime * (options.readingsPerMessage ?? 1)) / seconds),
    ackMs: percentiles(latencies),
    cpu: (cpu.user + cpu.system) / 1e6 / seconds,
    acknowledgedBySource: publishers.map((publisher) => publisher.acknowledged()),
  }
  for (const publisher of publishers) publisher.close()
  return result
}

/** The same in a process of its own; `onSpawn` sees its id, for measuring it from outside. */
export async function runLoadApart(options: LoadOptions, onSpawn?: (pid: number) => void): Promise<LoadResult> {
  const child = fork(import.meta.filename, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  if (child.pid !== undefined) onSpawn?.(child.pid)
  child.send(options)
  const [result] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`load generator exited with ${String(code)}`))),
  ])) as [LoadResult]
  return result
}

type Publisher = {
  start(): void
  /** Sends up to so many if the window has room; returns how many were sent. */
  send(most: number): number
  stop(): void
  close(): void
  sent(): number
  acknowledged(): number
  isClosed(): boolean
}

type Place = { readonly source: LoadSource; readonly number: number; readonly latencies: Uint32Array }

const ATTEMPTS_MAX = 20
const ATTEMPT_PAUSE_MS = 250

/** A broker may refuse connections that come too fast; a meter tries again, so do we. */
async function tryToOpen(options: LoadOptions, place: Place): Promise<Publisher> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openPublisher(options, place)
    } catch (error) {
      if (attempt === ATTEMPTS_MAX) throw error
      await sleep(ATTEMPT_PAUSE_MS)
    }
  }
}

async function openPublisher(options: LoadOptions, { source, number, latencies }: Place): Promise<Publisher> {
  const socket = connect({ host: options.host ?? '127.0.0.1', port: options.port, noDelay: true })
  socket.on('error', () => undefined)
  socket.write(connectPacket(source, `load-${process.pid}-${number}`))
  const [connack] = (await Promise.race([
    once(socket, 'data'),
    once(socket, 'close').then(() => Promise.reject(new Error(`${source.username}: closed before CONNACK`))),
  ])) as [Buffer]
  if (connack[0] !== 0x20 || connack[3] !== 0) throw new Error(`${source.username}: CONNACK ${connack.toString('hex')}`)
  return publisherOn(socket, options, { source, number, latencies })
}

/**
 * Keeps `window` packets in one buffer, a slot each. A slot is written again only after its acknowledgement, so the kernel
 * has taken it; slots are acknowledged in order, so what is free is contiguous and goes out in one or two writes.
 */
function publisherOn(socket: Socket, options: LoadOptions, { source, latencies }: Place): Publisher {
  const { window, stepMs = 1, messagesPerStep = 10, startAt = Date.now() - 7_200_000 } = options
  const template = publishPacket(source, options)
  const size = template.packet.length
  const slots = Buffer.concat(Array.from({ length: window }, () => template.packet))
  const sentAt = new Float64Array(window)
  let sent = 0
  let acknowledged = 0
  let running = false
  let freely = false
  let closed = false
  let ackBytes = 0
  let offset = 0

  function fill(slot: number): void {
    const start = slot * size
    const id = slot + 1
    slots[start + template.idAt] = id >> 8
    slots[start + template.idAt + 1] = id & 0xff
    const at = startAt + sent * stepMs
    const value = 100_000_000 + Math.floor(sent / messagesPerStep)
    for (const place of template.instants) writeDigits(slots, start + place, { digits: 13, value: at })
    for (const place of template.values) writeValue(slots, start + place, value)
  }
  function send(most: number): number {
    const count = Math.min(most, window - (sent - acknowledged))
    if (count <= 0 || closed) return 0
    const now = performance.now()
    const first = sent % window
    for (let i = 0; i < count; i++) {
      const slot = sent % window
      fill(slot)
      sentAt[slot] = now
      sent += 1
    }
    const untilEnd = Math.min(count, window - first)
    socket.write(slots.subarray(first * size, (first + untilEnd) * size))
    if (count > untilEnd) socket.write(slots.subarray(0, (count - untilEnd) * size))
    return count
  }
  socket.on('data', (chunk: Buffer) => {
    offset = ackBytes % 4
    ackBytes += chunk.length
    const acks = Math.floor((offset + chunk.length) / 4) // PUBACK only: 40 02 id id
    const now = performance.now()
    for (let i = 0; i < acks; i++) {
      const ms = now - (sentAt[acknowledged % window] as number)
      const step = Math.min(Math.floor(ms / LATENCY_STEP_MS), LATENCY_STEPS - 1)
      latencies[step] = (latencies[step] as number) + 1
      acknowledged += 1
    }
    if (running && freely) send(acks)
  })
  socket.on('close', () => {
    closed = true
  })
  return {
    start() {
      running = true
      freely = true
      send(window)
    },
    send,
    stop: () => void (running = false),
    close: () => void socket.end(Buffer.from([0xe0, 0])),
    sent: () => sent,
    acknowledged: () => acknowledged,
    isClosed: () => closed,
  }
}

function startAll(publishers: readonly Publisher[]): () => void {
  for (const publisher of publishers) publisher.start()
  return () => publishers.forEach((publisher) => publisher.stop())
}

/** Sends at a rate, round robin; what the windows do not take is made up for later, up to a second's worth. */
function pace(publishers: readonly Publisher[], perS: number): () => void {
  let owed = 0
  let next = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    owed = Math.min(owed + ((now - last) * perS) / 1000, perS)
    last = now
    for (let tried = 0; owed >= 1 && tried < publishers.length; next = (next + 1) % publishers.length) {
      const taken = (publishers[next] as Publisher).send(1)
      owed -= taken
      tried = taken === 0 ? tried + 1 : 0
    }
  }, TICK_MS)
  return () => clearInterval(timer)
}

async function drained(publishers: readonly Publisher[], ms: number): Promise<void> {
  const latest = performance.now() + ms
  const waits = () =>
    publishers.some((publisher) => !publisher.isClosed() && publisher.acknowledged() < publisher.sent())
  while (waits() && performance.now() < latest) await sleep(10)
}

// --- counting --------------------------------------------------------------------------------------------------------

function percentiles(latencies: Uint32Array): LoadResult['ackMs'] {
  const total = sum([...latencies.values()])
  const at = (share: number): number => {
    let seen = 0
    for (const [step, count] of latencies.entries()) {
      seen += count
      if (seen >= total * share) return Math.round((step + 1) * LATENCY_STEP_MS * 10) / 10
    }
    return 0
  }
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

// --- as a process ----------------------------------------------------------------------------------------------------

if (import.meta.main) {
  if (process.argv[2] === undefined) {
    process.once('message', (options) => {
      void runLoad(options as LoadOptions).then((result) => process.send?.(result, () => process.exit(0)))
    })
  } else {
    console.log(JSON.stringify(await runLoad(JSON.parse(process.argv[2]) as LoadOptions)))
    process.exit(0)
  }
}
