// Puts the broker together: aedes with our main path, memory and routes, behind our door.

import { Aedes, type Client, type PublishPacket } from 'aedes'
import type { Clock, Logger, Metrics } from '@parkpulse/host'
import { type EntryLimits } from './addresses.ts'
import { createAttempts } from './attempts.ts'
import type { Authenticate } from './admission.ts'
import { createMainPath } from './broker.ts'
import { createCounters } from './counters.ts'
import { openDoor } from './door.ts'
import { fitHooks } from './hooks.ts'
import { type Append, createKeeper } from './keeper.ts'
import {
  CONNECT_TIMEOUT_MS,
  DRAIN_TIMEOUT_MS,
  PIPELINED_PACKETS_MAX,
  QOS_2_PENDING_MAX,
  STOP_COMMITS_MS,
} from './limits.ts'
import { createMemory } from './memory.ts'
import { createRoutes } from './routes.ts'
import { createTrouble, type Trouble } from './trouble.ts'
import { createVisitors, type Visitors } from './visitors.ts'

export type BrokerOptions = {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** For instants. */
  readonly clock: Clock
  /** For durations; does not jump. */
  readonly steady: Clock
  readonly log: Logger
  readonly metrics: Metrics
  readonly authenticate: Authenticate
  readonly append: Append
  /** Whether the journal takes messages; asked while it refuses. Absent: only a successful append says so. */
  readonly writable?: () => boolean
  /** Readiness: whether messages are being kept. */
  readonly report: (ok: boolean, detail: string) => void
  /** For tests: other limits than those of limits.ts. */
  readonly limits?: {
    readonly entry?: EntryLimits
    readonly commitDeadlineMs?: number
    readonly connectTimeoutMs?: number
    readonly partialBytes?: number
  }
}

export type Broker = {
  readonly port: number
  /** Takes nothing new, waits for pending commits and lets their PUBACKs out, then closes the clients. */
  close(): Promise<void>
}

/** Opens the MQTT door. Rejects when the port is taken. */
export async function openBroker(options: BrokerOptions): Promise<Broker> {
  const { log, limits } = options
  const counters = createCounters(options.metrics)
  const trouble = createTrouble(log, counters)
  const visitors = createVisitors()
  const memory = createMemory()
  const keeper = createKeeper({ ...options, writable: options.writable ?? (() => false), counters, ...pick(limits) })
  let stopping = false
  const mainPath = createMainPath({
    ...options,
    memory,
    keeper,
    trouble,
    counters,
    attempts: createAttempts(() => options.steady.now()),
    stopping: () => stopping,
  })
  const aedes = new InwardBroker({
    ...fitHooks(mainPath, (client) => visitors.of(client), log),
    mq: createRoutes(),
    persistence: memory,
    concurrency: 0, // 100 would let one frozen subscriber stop everybody
    connectTimeout: limits?.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    drainTimeout: DRAIN_TIMEOUT_MS,
    queueLimit: PIPELINED_PACKETS_MAX,
    maxInflightInbound: QOS_2_PENDING_MAX,
    maxClientsIdLength: Number.MAX_SAFE_INTEGER, // checked in connect.ts, before the user name is put in front
  })
  await aedes.listen()
  reportErrors(aedes, { visitors, trouble, log })
  aedes.on('unsubscribe', (filters, client) => mainPath.unsubscribed(visitors.of(client), filters))
  const door = await openDoor({
    ...options,
    visitors,
    trouble,
    counters,
    handle: (socket) => aedes.handle(socket),
    ...(limits?.entry === undefined ? {} : { entryLimits: limits.entry }),
    ...(limits?.partialBytes === undefined ? {} : { partialBytesMax: limits.partialBytes }),
  })
  return {
    port: door.port,
    async close() {
      door.shut()
      stopping = true
      await keeper.settled(STOP_COMMITS_MS)
      await new Promise((resolve) => setImmediate(resolve)) // the last PUBACKs are written
      await door.close()
      keeper.close()
      await new Promise<void>((resolve) => aedes.close(resolve))
    },
  }
}

const pick = (limits: BrokerOptions['limits']) =>
  limits?.commitDeadlineMs === undefined ? {} : { commitDeadlineMs: limits.commitDeadlineMs }

type Done = (error?: Error) => void

/**
 * aedes, routing outwards only what has somewhere to go: readings are in the journal by the time aedes would publish them,
 * nobody may subscribe to them, and its own `$SYS` topics (client ids among them) are nobody's business.
 */
class InwardBroker extends Aedes {
  override publish(packet: PublishPacket, clientOrDone: Client | Done, done?: Done): void {
    if (packet.topic.endsWith('/readings') || packet.topic.startsWith('$SYS/')) {
      return (typeof clientOrDone === 'function' ? clientOrDone : done)?.()
    }
    // The types leave out the three-argument form, which aedes' own handlers use.
    // oxlint-disable-next-line typescript/unbound-method -- bound by call() below
    const publish = super.publish as (packet: PublishPacket, clientOrDone: Client | Done, done?: Done) => void
    publish.call(this, packet, clientOrDone, done)
  }
}

/** What aedes closes by itself: malformed packets, timeouts, peers that vanished. */
function reportErrors(aedes: Aedes, doors: { visitors: Visitors; trouble: Trouble; log: Logger }): void {
  const onClientError = (client: Client, error: Error) => {
    const visitor = doors.visitors.of(client)
    const reason = REASONS.find(([words]) => words.test(error.message))?.[1]
    if (reason !== undefined) doors.trouble.refused(visitor, reason, error.message)
  }
  aedes.on('clientError', onClientError)
  aedes.on('connectionError', onClientError)
  // aedes emits 'error' for trouble in its own persistence and emitter, which ours do not have; unheard it would kill us.
  aedes.addListener('error', (error: unknown) => doors.log.error({ err: error }, 'aedes reports an error'))
}

/** aedes' error messages, as reasons from a closed list; what our own hooks said has been counted there. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^connect did not arrive/, 'no CONNECT in time'],
  [/^keep alive timeout/, 'keep-alive timeout'],
  [/^drain timeout/, 'does not read'],
  [/^Client queue limit/, 'too many packets before CONNACK'],
  [/^maxInflightInbound/, 'too many QoS 2 messages without PUBREL'],
  [
    /is not allowed in PUBLISH$|^empty topic not|^topic has too many|is only allowed in|^impossible to/,
    'malformed topic',
  ],
  [/^Invalid protocol version/, 'unknown protocol level'],
  [
    /^Invalid|^Cannot parse|^Packet|^Malformed|^Not supported|^Connect flag|^Will |must |^packet received not valid/,
    'malformed packet',
  ],
]
