// The gate: who stands before it, whether they may pass, and how often they may knock. Every route but health and the page's shell stands behind it.

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger, Metrics } from '@parkpulse/host'
import type { Credentials, KeyHolder } from '@parkpulse/registry'
import { may, type Action, type Where } from './access.ts'
import type { App } from './app-type.ts'
import { notFound, Problem } from './problem.ts'

const MINUTE_MS = 60_000

/** 100 a second: twenty open pages behind one key. */
export const KEY_REQUESTS_PER_MINUTE = 6_000
/** Several keys behind one address (a company's proxy). */
export const ADDRESS_REQUESTS_PER_MINUTE = 12_000
/** A key of 256 bits is not guessed; this is against scripts with an old key that ask for ever. */
export const ADDRESS_FAILURES_PER_MINUTE = 30
/** Denials are logged once for each key and action; beyond this many they are only counted. */
const DENIALS_REMEMBERED_MAX = 10_000
/** The key in admin.key has 43 characters, issued ones 58; what is longer is not looked up. */
const KEY_CHARACTERS_MAX = 200

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

export type Gate = {
  /** For routes of programs: `Authorization: Bearer <key>`. */
  readonly bearer: Hook
  /** For pages that a browser opens by itself: Basic, any name, the key as password; Bearer too. */
  readonly basic: Hook
  /** For every route: how often an address may ask. */
  readonly pace: Hook
  /** The holder of the request's key, when it may do this there. Throws 403 or 404 otherwise. */
  demand(request: FastifyRequest, action: Action, where: Where, what?: string): KeyHolder
}

type GateDoors = {
  readonly registry: Pick<Credentials, 'authenticateKey'>
  readonly log: Logger
  readonly metrics: Metrics
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the gate; undefined before, and on open routes. */
    holder: KeyHolder | undefined
  }
}

/** The gate of an app on which the rate-limit plugin is registered. */
export function createGate(app: App, { registry, log, metrics }: GateDoors): Gate {
  const limit = (max: number, keyGenerator: (request: FastifyRequest) => string) =>
    app.createRateLimit({ max, timeWindow: MINUTE_MS, keyGenerator })
  const byAddress = limit(ADDRESS_REQUESTS_PER_MINUTE, (request) => request.ip)
  const failures = limit(ADDRESS_FAILURES_PER_MINUTE, (request) => `failed ${request.ip}`)
  const byKey = limit(KEY_REQUESTS_PER_MINUTE, (request) => `key ${request.holder?.keyId ?? ''}`)
  const denied = createDenials(log, metrics)

  async function slowDown(limiter: typeof byKey, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const answer = await limiter(request)
    if (answer.isAllowed || !answer.isExceeded) return
    void reply.header('retry-after', answer.ttlInSeconds)
    throw new Problem('too-many', `Try again in ${answer.ttlInSeconds} seconds.`)
  }
  async function enter(key: string | undefined, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const holder = key === undefined ? undefined : await registry.authenticateKey(key)
    if (holder === undefined) {
      denied('unknown', key === undefined ? 'no-key' : 'wrong-key', request)
      if (key !== undefined) await slowDown(failures, request, reply)
      throw new Problem('no-key', 'Send a valid key: Authorization: Bearer <key>.')
    }
    request.holder = holder
    await slowDown(byKey, request, reply)
  }
  return {
    pace: (request, reply) => slowDown(byAddress, request, reply),
    bearer(request, reply) {
      void reply.header('www-authenticate', 'Bearer realm="ParkPulse"').header('cache-control', 'no-store')
      return enter(bearerKey(request), request, reply)
    },
    basic(request, reply) {
      void reply.header('www-authenticate', 'Basic realm="ParkPulse: any name, the API key as password"')
      return enter(bearerKey(request) ?? basicKey(request), request, reply)
    },
    demand(request, action, where, what = 'This place') {
      const holder = holderOf(request)
      const verdict = may(holder, action, where)
      if (verdict === 'allowed') return holder
      denied(holder.keyId, action, request)
      throw verdict === 'hidden' ? notFound(what) : new Problem('forbidden', `This key may not ${action} there.`)
    },
  }
}

/** Whose key came with the request. Throws on a route that stands before the gate: a bug. */
export function holderOf(request: FastifyRequest): KeyHolder {
  if (request.holder === undefined) throw new Error(`no key was asked for at ${request.url}`)
  return request.holder
}

function createDenials(log: Logger, metrics: Metrics) {
  const counter = metrics.counter('denials_total', 'Requests denied at the gate, by what was asked for', ['action'])
  const logged = new Set<string>()
  return (keyId: string, action: string, request: FastifyRequest): void => {
    counter.inc({ action })
    const denial = `${keyId === 'unknown' ? request.ip : keyId} ${action}`
    if (logged.has(denial) || logged.size >= DENIALS_REMEMBERED_MAX) return
    logged.add(denial)
    const { ip, method } = request
    log.warn(
      { keyId, action, ip, method, url: request.routeOptions.url },
      `denied: ${action} (further ones are only counted)`,
    )
  }
}

function bearerKey({ headers }: FastifyRequest): string | undefined {
  return keyIn(/^Bearer ([\w~+/.=-]+)$/i.exec(headers.authorization ?? '')?.[1])
}

function basicKey({ headers }: FastifyRequest): string | undefined {
  const encoded = /^Basic ([\w+/=-]+)$/i.exec(headers.authorization ?? '')?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  return keyIn(text.slice(text.indexOf(':') + 1))
}

const keyIn = (text: string | undefined): string | undefined =>
  text === undefined || text === '' || text.length > KEY_CHARACTERS_MAX ? undefined : text
