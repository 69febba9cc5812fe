// The TCP side of the MQTT door: takes connections, watches their bytes, hands them to aedes, and closes in good order.

import { type Client } from 'aedes'
import type { Clock } from '@parkpulse/host'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createAddresses, type EntryLimits, neighbourhood, type Place } from './addresses.ts'
import type { Counters } from './counters.ts'
import { createFraming, type Framing } from './framing.ts'
import { PARTIAL_BYTES_MAX, STOP_CLIENTS_MS, TCP_KEEP_ALIVE_MS } from './limits.ts'
import type { Trouble } from './trouble.ts'
import type { Visitor, Visitors } from './visitors.ts'

export type DoorOptions = {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly handle: (socket: Socket) => Client
  readonly visitors: Visitors
  /** For durations. */
  readonly steady: Clock
  readonly trouble: Trouble
  readonly counters: Counters
  readonly entryLimits?: EntryLimits
  readonly partialBytesMax?: number
}

export type Door = {
  readonly port: number
  /** Takes no new connections; those that are here stay. */
  shut(): void
  /** Sends FIN to all, waits a little, cuts the rest. */
  close(): Promise<void>
}

/** The accept queue of the kernel, for a whole park that reconnects at once; the kernel lowers it to its own maximum. */
const LISTEN_BACKLOG = 4_096

/** Opens the door; rejects when the port is taken. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { visitors } = options
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS })
  server.on('connection', receptionist(options))
  server.listen({ host: options.host, port: options.port, backlog: LISTEN_BACKLOG })
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    shut: () => void server.close(),
    close: () => sayGoodbye(server, visitors),
  }
}

/** What happens to a new connection. */
function receptionist(options: DoorOptions): (socket: Socket) => void {
  const { handle, visitors, trouble, counters, steady, entryLimits, partialBytesMax = PARTIAL_BYTES_MAX } = options
  const addresses = createAddresses(() => steady.now(), entryLimits)
  const partial = { bytes: 0, max: partialBytesMax }
  return (socket) => {
    const address = neighbourhood(socket.remoteAddress)
    const entry = addresses.enter(address)
    if (entry.kind === 'refused') {
      trouble.refused({ address }, entry.problem)
      socket.on('error', () => undefined)
      socket.destroy()
      return
    }
    const visitor: Visitor = { socket, address, place: entry.place, framing: createFraming() }
    counters.connections.set(addresses.total())
    socket.once('close', () => {
      leave(entry.place, visitor.framing, partial)
      counters.connections.set(addresses.total())
    })
    watchBytes(visitor, { trouble, counters, partial })
    visitors.add(handle(socket), visitor)
  }
}

function leave(place: Place, framing: Framing, partial: { bytes: number }): void {
  place.leave()
  partial.bytes -= framing.partialBytes()
}

/**
 * aedes takes bytes by `socket.read()`, so that is where we look at them: no second stream, no copy. A problem destroys the
 * socket before aedes has seen the chunk.
 */
function watchBytes(
  visitor: Visitor,
  {
    trouble,
    counters,
    partial,
  }: Pick<DoorOptions, 'trouble' | 'counters'> & { partial: { bytes: number; readonly max: number } },
): void {
  const { socket, framing } = visitor
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null
  socket.read = (size?: number) => {
    if (size !== 0 && framing.undecided()) return null // aedes reads again once it has answered
    const chunk = read(size)
    if (chunk === null) return null
    counters.receivedBytes.inc(chunk.length)
    const before = framing.partialBytes()
    const problem = framing.follow(chunk)
    partial.bytes += framing.partialBytes() - before
    const reason = problem ?? (partial.bytes > partial.max ? 'too many unfinished packets' : undefined)
    if (reason === undefined) return chunk
    trouble.refused(visitor, reason)
    socket.destroy()
    return null
  }
}

async function sayGoodbye(server: Server, visitors: Visitors): Promise<void> {
  const closed = server.listening ? once(server, 'close') : undefined
  if (server.listening) server.close()
  const present = [...visitors.all()].map(({ socket }) => socket)
  for (const socket of present) socket.end()
  const allGone = Promise.all(present.map(async (socket) => socket.closed || (await once(socket, 'close'))))
  let cut: NodeJS.Timeout | undefined
  const patience = new Promise((resolve) => (cut = setTimeout(resolve, STOP_CLIENTS_MS)))
  await Promise.race([allGone, patience])
  clearTimeout(cut)
  for (const socket of present) socket.destroy()
  await closed
}
