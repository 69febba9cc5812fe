// The simulator at the HTTP door: requests with the administrator's key, patient with an API that isn't up yet.

import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '@parkpulse/host'

export type Api = {
  /** The parsed body of a 2xx answer. Throws `ApiRefusal` on an answer that trying again cannot change. */
  ask(method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown): Promise<unknown>
}

/** The API understood and said no: a bug of ours or of its, for a person to look at. */
export class ApiRefusal extends Error {}

export type ApiOptions = {
  /** `http://host:port`, without a path. */
  readonly url: string
  readonly keyFile: string
  readonly log: Logger
  readonly signal: AbortSignal
}

const PAUSE_MS = 500
const PAUSE_MS_MAX = 10_000
/** A start takes a second or two; only a longer wait is worth a line, and only when its reason is new. */
const WORTH_SAYING_MS = 4_000
const ANSWER_MS_MAX = 15_000

/** Trying again makes sense while the API starts (no answer, no key file, key not known yet), is busy (429) or ails (5xx). */
const worthRetrying = (status: number): boolean => status === 401 || status === 429 || status >= 500

export function openApi(options: ApiOptions): Api {
  const { log, signal } = options
  return {
    async ask(method, path, body) {
      let said = ''
      for (let wait = PAUSE_MS; ; wait = Math.min(wait * 2, PAUSE_MS_MAX)) {
        const outcome = await attempt(options, { method, path, body })
        if (outcome.kind === 'answer') return outcome.body
        if (outcome.kind === 'refusal') throw new ApiRefusal(`${method} ${path}: ${outcome.detail}`)
        signal.throwIfAborted()
        if (wait >= WORTH_SAYING_MS && said !== outcome.detail)
          log.warn({ path }, `waiting for the API: ${outcome.detail}`)
        if (wait >= WORTH_SAYING_MS) said = outcome.detail
        await pause(outcome.afterMs ?? wait, undefined, { signal })
      }
    },
  }
}

type Request = { readonly method: string; readonly path: string; readonly body: unknown }
type Attempt =
  | { kind: 'answer'; body: unknown }
  | { kind: 'refusal'; detail: string }
  | { kind: 'later'; detail: string; afterMs?: number }

async function attempt({ url, keyFile, signal }: ApiOptions, { method, path, body }: Request): Promise<Attempt> {
  try {
    const response = await fetch(`${url}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${readFileSync(keyFile, 'utf8').trim()}`, 'content-type': 'application/json' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS_MAX)]),
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    })
    const text = await response.text()
    if (response.ok) return { kind: 'answer', body: text === '' ? undefined : JSON.parse(text) }
    const detail = `${response.status} ${text.slice(0, 500)}`
    if (!worthRetrying(response.status)) return { kind: 'refusal', detail }
    const after = Number(response.headers.get('retry-after'))
    return after > 0 && after <= 120 ? { kind: 'later', detail, afterMs: after * 1_000 } : { kind: 'later', detail }
  } catch (error) {
    return { kind: 'later', detail: reasonOf(error) }
  }
}

const reasonOf = (error: unknown): string => {
  const { message, cause } = error as Error
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}
