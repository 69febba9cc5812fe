// PUBLISH, SUBSCRIBE and forwarding: what a session may do, and saying so when it may not.

import type { AedesPublishPacket, PublishPacket } from 'aedes'
import { type PublishAccess, subscribeAccess } from './access.ts'
import type { Counters } from './counters.ts'
import { FILTERS_PER_CLIENT_MAX, FORWARD_BACKLOG_BYTES_MAX } from './limits.ts'
import type { Memory } from './memory.ts'
import { packetProblem } from './packet.ts'
import type { Trouble } from './trouble.ts'
import { sessionAccess, type Visitor } from './visitors.ts'

export type PermissionDoors = {
  readonly memory: Pick<Memory, 'mayRetain'>
  readonly trouble: Trouble
  readonly counters: Counters
}

export type Examined =
  | { readonly kind: 'keep'; readonly principal: string; readonly payload: Buffer; readonly qos: number }
  | { readonly kind: 'route' }
  | { readonly kind: 'refused'; readonly reason: string }

/** Whether a message is to be kept, routed or refused. Takes away a retain flag that is not honoured. */
export function examine(visitor: Visitor, packet: PublishPacket, doors: PermissionDoors): Examined {
  const { session } = visitor
  if (session === undefined) return { kind: 'refused', reason: 'not authenticated' }
  const access = sessionAccess(session, packet.topic)
  if (access.kind === 'denied') {
    doors.trouble.denied(visitor, 'publish', { topic: packet.topic, denial: access.denial })
    return { kind: 'refused', reason: access.denial }
  }
  const isWill = packet === visitor.will // no packet of its own, so no id and no length
  const problem = isWill ? undefined : packetProblem(packet)
  if (problem !== undefined) {
    doors.trouble.refused(visitor, problem)
    return { kind: 'refused', reason: problem }
  }
  if (packet.retain) packet.retain = isRetained(access, packet, doors)
  if (access.kind === 'route') {
    doors.counters.routed.inc()
    return access
  }
  const payload = packet.payload as Buffer // the parser makes nothing else
  doors.counters.messagesByQos[packet.qos]?.inc()
  doors.counters.payloadBytes.inc(payload.length)
  return { kind: 'keep', principal: session.principal.username, payload, qos: isWill ? 0 : packet.qos }
}

function isRetained(access: PublishAccess, { topic, payload }: PublishPacket, { memory, counters }: PermissionDoors) {
  const retained = access.kind === 'route' && access.retainable && memory.mayRetain(topic, payload.length)
  if (!retained) counters.retainStripped.inc()
  return retained
}

/** `refuse` is SUBACK 128; `close` ends the connection. */
export function maySubscribe(
  visitor: Visitor,
  filter: string,
  { trouble }: PermissionDoors,
): 'grant' | 'refuse' | 'close' {
  const { session } = visitor
  if (session === undefined) return 'close'
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
}

/** A hint is dropped for a subscriber that does not read; an alert closes it: when it returns it gets what is retained. */
export function mayForward(
  visitor: Visitor,
  { qos }: AedesPublishPacket,
  { trouble, counters }: PermissionDoors,
): boolean {
  if (visitor.socket.writableLength <= FORWARD_BACKLOG_BYTES_MAX) return true
  counters.forwardsDropped.inc()
  if (qos === 0) return false
  trouble.refused(visitor, 'does not read')
  visitor.socket.destroy()
  return false
}
