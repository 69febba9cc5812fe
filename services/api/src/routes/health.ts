// GET health/live, health/ready (open, for whoever supervises), metrics (with a key).

import { z } from 'zod'
import type { App } from '../app-type.ts'
import type { Doors } from '../doors.ts'

const partSchema = z.object({ ok: z.boolean(), detail: z.string() })
const readinessSchema = z.object({
  ready: z.boolean(),
  services: z.record(z.string(), z.object({ ready: z.boolean(), parts: z.record(z.string(), partSchema) })),
})

export const healthRoutes = ({ ops, gate }: Pick<Doors, 'ops' | 'gate'>) =>
  async function plugin(app: App): Promise<void> {
    app.get(
      '/health/live',
      {
        schema: {
          tags: ['health'],
          summary: 'This process answers',
          security: [],
          response: { 200: z.object({ live: z.literal(true) }) },
        },
      },
      () => ({ live: true as const }),
    )
    app.get(
      '/health/ready',
      {
        schema: {
          tags: ['health'],
          summary: 'Whether every service that should run is ready, with their parts',
          security: [],
          response: { 200: readinessSchema, 503: readinessSchema },
        },
      },
      async (_request, reply) => {
        const readiness = await ops.readiness()
        return reply.code(readiness.ready ? 200 : 503).send(readiness)
      },
    )
    app.get(
      '/metrics',
      {
        onRequest: gate.bearer,
        schema: {
          tags: ['health'],
          summary: 'Metrics of all services, Prometheus text format',
          response: { 200: { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } } },
        },
      },
      async (request, reply) => {
        gate.demand(request, 'read-metrics', { kind: 'installation' })
        const text = await ops.metricsText()
        return reply.type('text/plain; version=0.0.4; charset=utf-8').serializer(String).send(text)
      },
    )
  }
