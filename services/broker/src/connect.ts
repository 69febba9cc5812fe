// What a CONNECT packet may say, and what we make of it before aedes reads it.

import type { ConnectPacket } from 'aedes'
import { randomUUID } from 'node:crypto'
import { hasUnwelcomeCharacter } from './access.ts'
import {
  CLIENT_ID_LENGTH_MAX,
  CLIENT_ID_LENGTH_MAX_LEVEL_3,
  KEEP_ALIVE_S_INSTEAD_OF_NEVER,
  KEEP_ALIVE_S_MIN,
  PASSWORD_BYTES_MAX,
  USER_NAME_LENGTH_MAX,
} from './limits.ts'

/** Return codes of CONNACK, MQTT 3.1.1 table 3.1. */
export const RETURN_CODE = {
  protocolLevel: 1,
  clientId: 2,
  unavailable: 3,
  credentials: 4,
  notAuthorized: 5,
} as const

export type ReturnCode = (typeof RETURN_CODE)[keyof typeof RETURN_CODE]

export type ConnectRefusal = { readonly returnCode: ReturnCode; readonly reason: string }

const LEVELS: ReadonlySet<unknown> = new Set([3, 4]) // MQTT 3.1, MQTT 3.1.1

/** Why this CONNECT is refused whoever sends it, or undefined. */
export function connectRefusal(packet: ConnectPacket): ConnectRefusal | undefined {
  if (!LEVELS.has(packet.protocolVersion)) {
    return { returnCode: RETURN_CODE.protocolLevel, reason: `protocol level ${packet.protocolVersion} not supported` }
  }
  return clientIdRefusal(packet) ?? credentialsRefusal(packet) ?? willRefusal(packet.will)
}

/**
 * Changes a CONNECT into what we offer: no session outlives its connection (CONNACK says "session present 0"), keep-alive
 * is long enough for a slow commit, and the client id belongs to the user name, so that nobody can take over a stranger's
 * connection by using its id.
 */
export function tame(packet: ConnectPacket): void {
  packet.clean = true
  packet.keepalive = tamedKeepAlive(packet.keepalive)
  packet.clientId = `${packet.username}/${packet.clientId === '' ? randomUUID() : packet.clientId}`
}

function tamedKeepAlive(keepAliveS: number | undefined): number {
  if (keepAliveS === undefined || keepAliveS === 0) return KEEP_ALIVE_S_INSTEAD_OF_NEVER
  return Math.max(keepAliveS, KEEP_ALIVE_S_MIN)
}

const badId = (reason: string): ConnectRefusal => ({ returnCode: RETURN_CODE.clientId, reason })
const badCredentials = (reason: string): ConnectRefusal => ({ returnCode: RETURN_CODE.credentials, reason })

function clientIdRefusal({ clientId, clean, protocolVersion }: ConnectPacket): ConnectRefusal | undefined {
  if (clientId === '' && (clean !== true || protocolVersion === 3)) return badId('empty client id') // MQTT-3.1.3-8
  if (clientId.length > CLIENT_ID_LENGTH_MAX) return badId('client id too long')
  if (protocolVersion === 3 && clientId.length > CLIENT_ID_LENGTH_MAX_LEVEL_3) return badId('client id too long')
  return hasUnwelcomeCharacter(clientId) ? badId('malformed client id') : undefined
}

function credentialsRefusal({ username, password }: ConnectPacket): ConnectRefusal | undefined {
  if (username === undefined && password !== undefined) return badCredentials('password without user name') // MQTT-3.1.2-22
  if (username === undefined || username === '' || password === undefined) return badCredentials('no credentials')
  if (username.length > USER_NAME_LENGTH_MAX || password.length > PASSWORD_BYTES_MAX)
    return badCredentials('credentials too long')
  return hasUnwelcomeCharacter(username) ? badCredentials('malformed user name') : undefined
}

function willRefusal(will: ConnectPacket['will']): ConnectRefusal | undefined {
  if (will === undefined || (will.qos ?? 0) <= 2) return undefined
  return { returnCode: RETURN_CODE.notAuthorized, reason: 'will with QoS 3' } // MQTT-3.1.2-14
}
