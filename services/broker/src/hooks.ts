// Fits our main path to aedes' callbacks. Nothing escapes: an exception inside one of aedes' hooks would kill the process.

import type { AedesOptions, AedesPublishPacket, AuthenticateError, Client, ConnectPacket, PublishPacket } from 'aedes'
import type { Logger } from '@parkpulse/host'
import { type ConnectRefusal, RETURN_CODE } from './connect.ts'
import type { Visitor } from './visitors.ts'

export type Hooks = {
  /** Looks at what needs no registry, and may change the packet; undefined lets it go on. */
  connect(visitor: Visitor, packet: ConnectPacket): ConnectRefusal | undefined
  /** Undefined lets the client in. Its socket is not read meanwhile. */
  authenticate(visitor: Visitor, packet: ConnectPacket): Promise<ConnectRefusal | undefined>
  /** Calls `done` when the message is on disk. Not calling it leaves the client without answer. */
  publish(visitor: Visitor, packet: PublishPacket, done: (error?: Error) => void): void
  /** `refuse` is SUBACK 128; `close` ends the connection. */
  subscribe(visitor: Visitor, filter: string): 'grant' | 'refuse' | 'close'
  unsubscribed(visitor: Visitor, filters: readonly string[]): void
  mayForward(visitor: Visitor, packet: AedesPublishPacket): boolean
}

/** Whom aedes means by a client; throws for one that did not come through our door. */
export type VisitorOf = (client: Client | null) => Visitor

type AedesHooks = Required<
  Pick<AedesOptions, 'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward'>
>

type Arrival = { readonly packet: ConnectPacket; readonly refusal: ConnectRefusal | undefined }

const INTERNAL: ConnectRefusal = { returnCode: RETURN_CODE.unavailable, reason: 'internal error' }

/**
 * aedes shows the CONNECT packet only in `preConnect`, but can answer with a return code only in `authenticate`: so the
 * first takes it and the second answers. An unsupported protocol level aedes answers by itself in between.
 */
export function fitHooks(hooks: Hooks, of: VisitorOf, log: Logger): AedesHooks {
  const arrivals = new WeakMap<Client, Arrival>()
  const broken = (error: unknown) => log.error({ err: error }, 'a broker hook failed: the connection is closed')
  const attempt = <T>(run: () => T, otherwise: (error: Error) => T): T => {
    try {
      return run()
    } catch (error) {
      broken(error)
      return otherwise(error as Error)
    }
  }
  return {
    preConnect(client, packet, callback) {
      const refusal = attempt(
        () => hooks.connect(of(client), packet),
        () => INTERNAL,
      )
      arrivals.set(client, { packet, refusal })
      callback(null, true)
    },
    authenticate(client, _username, _password, done) {
      const arrival = arrivals.get(client)
      arrivals.delete(client) // it holds the password
      const answer = (refusal: ConnectRefusal | undefined) =>
        refusal === undefined ? done(null, true) : done(asError(refusal), false)
      if (arrival === undefined || arrival.refusal !== undefined) return answer(arrival?.refusal ?? INTERNAL)
      const asked = Promise.resolve().then(() => hooks.authenticate(of(client), arrival.packet))
      asked.then(answer, (error: unknown) => {
        broken(error)
        answer(INTERNAL)
      })
    },
    authorizePublish(client, packet, callback) {
      attempt(() => hooks.publish(of(client), packet, callback), callback)
    },
    authorizeSubscribe(client, subscription, callback) {
      const answer = attempt(
        () => hooks.subscribe(of(client), subscription.topic),
        () => 'close' as const,
      )
      if (answer === 'close') callback(new Error('filter denied'))
      else callback(null, answer === 'grant' ? subscription : null)
    },
    authorizeForward: (client, packet) =>
      attempt(
        () => hooks.mayForward(of(client), packet),
        () => false,
      )
        ? packet
        : null,
  }
}

function asError({ returnCode, reason }: ConnectRefusal): AuthenticateError {
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- aedes' ambient enum can't be imported; same numbers
  return Object.assign(new Error(reason), { returnCode })
}
