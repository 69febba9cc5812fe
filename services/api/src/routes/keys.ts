// POST keys: a new API key for a person or a program.

import { z } from 'zod'
import type { Reach } from '@parkpulse/registry'
import type { App } from '../app-type.ts'
import type { Doors } from '../doors.ts'
import { idSchema } from '../query.ts'
import { specProblem } from './provisioning.ts'

const NAME_CHARACTERS_MAX = 200

const reachSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('installation') }),
  z.strictObject({ kind: z.literal('park'), park: idSchema }),
  z.strictObject({ kind: z.literal('site'), park: idSchema, site: idSchema }),
])

const body = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(NAME_CHARACTERS_MAX)
    .meta({ examples: ['dashboard of steel-1'] }),
  role: z.enum(['administrator', 'staff', 'analyst', 'site']),
  reach: reachSchema,
})

const answer = z.object({
  keyId: z.string(),
  key: z.string().meta({ description: 'Shown this once' }),
  name: z.string(),
  role: body.shape.role,
  reach: reachSchema,
})

export const keysRoutes = ({ registry, gate }: Pick<Doors, 'registry' | 'gate'>) =>
  async function plugin(app: App): Promise<void> {
    app.post(
      '/keys',
      {
        schema: {
          tags: ['registry'],
          summary: 'Issue an API key; it is shown this once',
          body,
          response: { 201: answer },
        },
      },
      async (request, reply) => {
        const { name, role } = request.body
        const reach: Reach = request.body.reach
        gate.demand(request, 'issue-key', reach, 'The reach of the key')
        const issued = await registry.issueKey({ name, role, reach })
        if (issued.kind === 'invalid') throw specProblem(issued.problems)
        void reply.code(201)
        return { keyId: issued.keyId, key: issued.token, name, role, reach: request.body.reach }
      },
    )
  }
