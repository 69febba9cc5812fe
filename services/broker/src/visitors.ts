// Who is at the door: one record per connection, from TCP accept to close.

import type { Client } from 'aedes'
import type { Principal } from '@parkpulse/registry'
import assert from 'node:assert'
import type { Socket } from 'node:net'
import { publishAccess, type PublishAccess } from './access.ts'
import type { Place } from './addresses.ts'
import type { Framing } from './framing.ts'
import { TOPICS_REMEMBERED_MAX } from './limits.ts'

/** An authenticated connection's rights and what it has used of them. */
export type Session = {
  readonly principal: Principal
  readonly filters: Set<string>
  /** What `publishAccess` said about the topics seen lately; it is pure, so remembering it is safe. */
  readonly topics: Map<string, PublishAccess>
}

export type Visitor = {
  readonly socket: Socket
  readonly address: string
  readonly place: Place
  readonly framing: Framing
  /** As the client sent it. */
  clientId?: string
  username?: string
  /** The will as aedes holds it, to know it again when it is published. */
  will?: unknown
  session?: Session
}

export type Visitors = {
  add(client: Client, visitor: Visitor): void
  /** Throws for a client that did not come through our door. */
  of(client: Client | null): Visitor
  all(): Iterable<Visitor>
}

/** Everybody who is connected; forgets a visitor when its socket has closed. */
export function createVisitors(): Visitors {
  const byClient = new WeakMap<Client, Visitor>()
  const present = new Set<Visitor>()
  return {
    add(client, visitor) {
      byClient.set(client, visitor)
      present.add(visitor)
      visitor.socket.once('close', () => present.delete(visitor))
    },
    of(client) {
      const visitor = client === null ? undefined : byClient.get(client)
      assert(visitor !== undefined, 'a client that did not come through the door')
      return visitor
    },
    all: () => present,
  }
}

export const createSession = (principal: Principal): Session => ({ principal, filters: new Set(), topics: new Map() })

/** What the session's principal may do at a topic: worked out once, then remembered. */
export function sessionAccess({ principal, topics }: Session, topic: string): PublishAccess {
  const known = topics.get(topic)
  if (known !== undefined) return known
  const access = publishAccess(principal, topic)
  if (topics.size >= TOPICS_REMEMBERED_MAX) topics.clear()
  topics.set(topic, access)
  return access
}
