// GET docs: the contract as OpenAPI, for people. Behind the gate like everything else; a browser sends the key as a Basic password.

import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import type { App } from '../app-type.ts'
import type { Doors } from '../doors.ts'

const ABOUT = `
All instants are RFC 3339; any zone (or milliseconds since 1970) is accepted, answers are in the park's time. Periods are half-open: \`from ≤ t < to\`.
Values are in the unit of the field that stands beside them. Pages: \`limit\`, and \`cursor\` with \`next\` of the page before.
Errors are \`application/problem+json\` (RFC 9457) and name each field. What lies beyond the reach of a key is answered as if it were not there.
`

const DOCS_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"

/** To be registered before the routes that it describes. */
export async function describeRoutes(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'ParkPulse',
        version: '1',
        description: ABOUT,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      security: [{ key: [] }],
      tags: ['figures', 'alerts', 'live', 'readings', 'ledger', 'registry', 'health'].map((name) => ({ name })),
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'An API key; the first stands in admin.key' },
        },
      },
    },
    transform: jsonSchemaTransform,
  })
}

export const docsRoutes = ({ gate }: Pick<Doors, 'gate'>) =>
  async function plugin(app: App): Promise<void> {
    app.addHook('onRequest', gate.basic)
    app.addHook('onRequest', async (request) => void gate.demand(request, 'read-docs', { kind: 'installation' }))
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: DOCS_CSP,
      uiConfig: { docExpansion: 'list', deepLinking: true },
    })
  }
