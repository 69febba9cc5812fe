// CONNECT: what it may say, who it is, and whether its will is within their rights. After this a visitor has a session.

import type { ConnectPacket } from 'aedes'
import type { Principal } from '@parkpulse/registry'
import { publishAccess } from './access.ts'
import type { Attempts } from './attempts.ts'
import { connectRefusal, type ConnectRefusal, RETURN_CODE, tame } from './connect.ts'
import type { Counters } from './counters.ts'
import type { Trouble } from './trouble.ts'
import { createSession, type Visitor } from './visitors.ts'

/** Who this is, or undefined; the registry's promise. */
export type Authenticate = (username: string, password: string) => Promise<Principal | undefined>

export type AdmissionDoors = {
  readonly attempts: Attempts
  readonly authenticate: Authenticate
  readonly trouble: Trouble
  readonly counters: Counters
}

/** Looks at a CONNECT by itself, and changes it into what we offer. */
export function greet(
  visitor: Visitor,
  packet: ConnectPacket,
  { trouble }: AdmissionDoors,
): ConnectRefusal | undefined {
  if (packet.username !== undefined) visitor.username = packet.username
  visitor.clientId = packet.clientId
  const refusal = connectRefusal(packet)
  if (refusal === undefined) tame(packet)
  else trouble.refused(visitor, refusal.reason)
  return refusal
}

/** Asks the registry who this is; undefined when the visitor is in. */
export async function admit(
  visitor: Visitor,
  packet: ConnectPacket,
  doors: AdmissionDoors,
): Promise<ConnectRefusal | undefined> {
  const found = await identify(visitor, packet, doors)
  const refusal = found.kind === 'refused' ? found : willRefusal(visitor, found.principal, { ...doors, packet })
  if (refusal !== undefined) doors.trouble.refused(visitor, refusal.reason)
  if (refusal !== undefined || found.kind === 'refused') return refusal
  visitor.will = packet.will
  visitor.session = createSession(found.principal)
  visitor.framing.accept()
  visitor.place.accept()
  doors.counters.accepted.inc()
  return undefined
}

type Identified =
  | { readonly kind: 'known'; readonly principal: Principal }
  | ({ readonly kind: 'refused' } & ConnectRefusal)

async function identify(
  { address }: Visitor,
  { username = '', password = Buffer.alloc(0) }: ConnectPacket,
  { attempts, authenticate, counters }: AdmissionDoors,
): Promise<Identified> {
  if (attempts.exhausted(address, username)) {
    return { kind: 'refused', returnCode: RETURN_CODE.unavailable, reason: 'too many failed attempts' }
  }
  const principal = await authenticate(username, password.toString('utf8'))
  if (principal !== undefined) return { kind: 'known', principal }
  attempts.failed(address, username)
  counters.authFailures.inc()
  return { kind: 'refused', returnCode: RETURN_CODE.credentials, reason: 'unknown user name or wrong password' }
}

/** A will is a message that is sent later: it obeys the same rules, and is refused now rather than then. */
function willRefusal(
  visitor: Visitor,
  principal: Principal,
  { packet: { will }, trouble }: Pick<AdmissionDoors, 'trouble'> & { readonly packet: ConnectPacket },
): ConnectRefusal | undefined {
  if (will === undefined) return undefined
  const access = publishAccess(principal, will.topic)
  if (access.kind !== 'denied') return undefined
  trouble.denied(visitor, 'will', { topic: will.topic, denial: access.denial })
  return { returnCode: RETURN_CODE.notAuthorized, reason: 'will denied' }
}
