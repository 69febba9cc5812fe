// What this process tells about the whole house: readiness and metrics of all services, asked over their ops sockets.

import { askOps, type Health, type Metrics } from '@parkpulse/host'
import { z } from 'zod'
import type { Ops, Readiness, ServiceReadiness } from './doors.ts'
import { mergeMetrics } from './metrics-text.ts'

/** The services without which the house is not ready. The simulator is not part of it. */
const NEIGHBOURS = ['broker', 'ingestion', 'aggregation'] as const
/** Its metrics are shown when it is there. */
const GUESTS = ['simulator'] as const
const ANSWER_WITHIN_MS = 1_000
/** Readiness may be asked without a key, so asking it often must cost nothing. */
const READINESS_AGE_MS = 500

const statusSchema = z.object({
  ready: z.boolean(),
  parts: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string() })),
})

export type OpsParts = {
  readonly data: string
  readonly health: Health
  readonly metrics: Metrics
  readonly now: () => number
}

export function createOps({ data, health, metrics, now }: OpsParts): Ops {
  let last: Promise<Readiness> | undefined
  let askedAt = Number.NEGATIVE_INFINITY
  async function askAll(): Promise<Readiness> {
    const neighbours = await Promise.all(NEIGHBOURS.map(async (name) => [name, await askReady(data, name)] as const))
    const services = { api: health.status(), ...Object.fromEntries(neighbours) }
    return { ready: Object.values(services).every(({ ready }) => ready), services }
  }
  return {
    readiness() {
      if (last === undefined || now() - askedAt > READINESS_AGE_MS) {
        askedAt = now()
        last = askAll()
      }
      return last
    },
    async metricsText() {
      const answers = await Promise.all(
        [...NEIGHBOURS, ...GUESTS].map((name) => askOps(data, name, '/metrics', ANSWER_WITHIN_MS)),
      )
      const texts = answers.flatMap((answer) => (answer?.status === 200 ? [answer.body] : []))
      return mergeMetrics([await metrics.text(), ...texts])
    },
  }
}

async function askReady(data: string, service: string): Promise<ServiceReadiness> {
  const answer = await askOps(data, service, '/health/ready', ANSWER_WITHIN_MS)
  if (answer === undefined) return silent('does not answer')
  const status = statusSchema.safeParse(jsonOf(answer.body))
  return status.success ? status.data : silent('answers something that is not its readiness')
}

const silent = (detail: string): ServiceReadiness => ({ ready: false, parts: { process: { ok: false, detail } } })

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
