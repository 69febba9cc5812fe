// The MQTT door's main path: authenticate → authorise → journal.append → PUBACK. Read this file first.

import type { ConnectPacket, PublishPacket } from 'aedes'
import type { Clock } from '@parkpulse/host'
import type { Principal } from '@parkpulse/registry'
import { publishAccess, subscribeAccess } from './access.ts'
import type { Attempts } from './attempts.ts'
import { connectRefusal, type ConnectRefusal, RETURN_CODE, tame } from './connect.ts'
import type { Counters } from './counters.ts'
import type { Hooks } from './hooks.ts'
import type { Keeper } from './keeper.ts'
import { FILTERS_PER_CLIENT_MAX, FORWARD_BACKLOG_BYTES_MAX } from './limits.ts'
import type { Memory } from './memory.ts'
import { packetProblem } from './packet.ts'
import type { Trouble } from './trouble.ts'
import { createSession, sessionAccess, type Visitor, type Visitors } from './visitors.ts'

export type Authenticate = (username: string, password: string) => Promise<Principal | undefined>

export type MainPathDoors = {
  readonly clock: Clock
  readonly visitors: Visitors
  readonly attempts: Attempts
  readonly authenticate: Authenticate
  readonly keeper: Pick<Keeper, 'keep'>
  readonly memory: Pick<Memory, 'mayRetain'>
  readonly trouble: Trouble
  readonly counters: Counters
  readonly stopping: () => boolean
}

/** What aedes asks on the way, in this order. It writes the PUBACK when `authorizePublish` has called back, not before. */
export function createMainPath(doors: MainPathDoors): Hooks {
  const { clock, visitors, keeper, memory, trouble, counters } = doors

  return {
    connect(client, packet) {
      const visitor = visitors.of(client)
      if (visitor === undefined) return { returnCode: RETURN_CODE.unavailable, reason: 'unknown connection' }
      introduce(visitor, packet)
      const refusal = connectRefusal(packet)
      if (refusal === undefined) tame(packet)
      else trouble.refused(visitor, refusal.reason)
      return refusal
    },

    async authenticate(client, packet) {
      const visitor = visitors.of(client)
      if (visitor === undefined) return { returnCode: RETURN_CODE.unavailable, reason: 'unknown connection' }
      const refusal = await admit(visitor, packet, doors)
      if (refusal !== undefined) trouble.refused(visitor, refusal.reason)
      return refusal
    },

    authorizePublish(client, packet, callback) {
      const visitor = visitors.of(client)
      const session = visitor?.session
      if (session === undefined) return callback(new Error('not authenticated'))

      const access = sessionAccess(session, packet.topic)
      if (access.kind === 'denied') {
        trouble.denied(visitor as Visitor, 'publish', { topic: packet.topic, denial: access.denial })
        return callback(new Error(access.denial))
      }
      const isWill = packet === visitor?.will
      const problem = isWill ? undefined : packetProblem(packet)
      if (problem !== undefined) {
        trouble.refused(visitor as Visitor, problem)
        return callback(new Error(problem))
      }
      if (
        packet.retain &&
        !(access.kind === 'route' && access.retainable && memory.mayRetain(packet.topic, packet.payload.length))
      ) {
        packet.retain = false
        counters.retainStripped.inc()
      }
      if (access.kind === 'route') {
        counters.routed.inc()
        return callback()
      }
      if (doors.stopping()) return // neither kept nor acknowledged; wills neither: it is we who leave
      count(packet)
      keeper.keep(messageOf(packet, session.principal), isWill ? 0 : packet.qos, callback)
    },

    authorizeSubscribe(client, filter) {
      const visitor = visitors.of(client)
      const session = visitor?.session
      if (visitor === undefined || session === undefined) return 'close'
      const access = subscribeAccess(session.principal, filter)
      if (access.kind === 'shared') {
        trouble.refused(visitor, 'shared subscription', filter)
        return 'refuse'
      }
      if (access.kind === 'denied') {
        trouble.denied(visitor, 'subscribe', { topic: filter, denial: access.denial })
        return 'close'
      }
      session.filters.add(filter)
      if (session.filters.size <= FILTERS_PER_CLIENT_MAX) return 'grant'
      trouble.refused(visitor, 'too many filters')
      return 'close'
    },

    unsubscribed: (client, filters) =>
      filters.forEach((filter) => visitors.of(client)?.session?.filters.delete(filter)),

    /** A hint is dropped for a subscriber that does not read; an alert closes it: when it returns it gets what is retained. */
    mayForward(client, packet) {
      const unsent = client.conn.writableLength
      if (unsent <= FORWARD_BACKLOG_BYTES_MAX) return true
      counters.forwardsDropped.inc()
      if (packet.qos === 0) return false
      const visitor = visitors.of(client)
      if (visitor !== undefined) trouble.refused(visitor, 'does not read')
      client.conn.destroy()
      return false
    },
  }

  function messageOf(packet: PublishPacket, { username }: Principal) {
    return { receivedAt: clock.now(), principal: username, topic: packet.topic, payload: packet.payload as Buffer }
  }

  function count({ qos, payload }: PublishPacket): void {
    counters.messagesByQos[qos]?.inc()
    counters.payloadBytes.inc(payload.length)
  }
}

function introduce(visitor: Visitor, { username, clientId }: ConnectPacket): void {
  if (username !== undefined) visitor.username = username
  visitor.clientId = clientId
}

/** Asks the registry who this is and whether the will is within their rights; then the visitor has a session. */
async function admit(
  visitor: Visitor,
  packet: ConnectPacket,
  doors: MainPathDoors,
): Promise<ConnectRefusal | undefined> {
  const { username = '', password = Buffer.alloc(0), will } = packet
  if (doors.attempts.exhausted(visitor.address, username)) {
    return { returnCode: RETURN_CODE.unavailable, reason: 'too many failed attempts' }
  }
  const principal = await doors.authenticate(username, password.toString('utf8'))
  if (principal === undefined) {
    doors.attempts.failed(visitor.address, username)
    doors.counters.authFailures.inc()
    return { returnCode: RETURN_CODE.credentials, reason: 'unknown user name or wrong password' }
  }
  const access = will === undefined ? undefined : publishAccess(principal, will.topic)
  if (access?.kind === 'denied') {
    doors.trouble.denied(visitor, 'will', { topic: will?.topic ?? '', denial: access.denial })
    return { returnCode: RETURN_CODE.notAuthorized, reason: 'will denied' }
  }
  visitor.will = will
  visitor.session = createSession(principal)
  visitor.framing.accept()
  visitor.place.accept()
  doors.counters.accepted.inc()
  return undefined
}
