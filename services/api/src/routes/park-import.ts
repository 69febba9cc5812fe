// POST parks/import: a whole park document, YAML or JSON, all or nothing.

import { z } from 'zod'
import type { App } from '../app-type.ts'
import type { Doors } from '../doors.ts'
import { Problem } from '../problem.ts'
import { specProblem } from './provisioning.ts'

/** A park of 2 000 meters with all registers written out is about 1 MB. */
export const DOCUMENT_BYTES_MAX = 8 * 1024 * 1024

const DOCUMENT_TYPES = ['application/json', 'text/yaml', 'application/yaml', 'application/x-yaml', 'text/plain']

const answer = z.object({ created: z.int(), changed: z.int(), unchanged: z.int() })

export const parkImportRoutes = ({ registry, gate }: Pick<Doors, 'registry' | 'gate'>) =>
  async function plugin(app: App): Promise<void> {
    // Within this plugin a body is text, whatever it says it is: the registry reads it, so that problems have lines.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(DOCUMENT_TYPES, { parseAs: 'string' }, (_request, text, done) => done(null, text))
    app.post(
      '/parks/import',
      {
        bodyLimit: DOCUMENT_BYTES_MAX,
        schema: {
          tags: ['registry'],
          summary: 'Import a park document (YAML or JSON text); all or nothing, problems with their lines',
          consumes: DOCUMENT_TYPES,
          body: z.string({ error: 'must be a park document as text/yaml or application/json' }).min(1),
          response: { 200: answer },
        },
        onRequest: async (request) => void gate.demand(request, 'provision', { kind: 'installation' }),
      },
      async (request) => {
        const outcome = await registry.importDocument(request.body)
        if (outcome.kind === 'invalid') throw specProblem(outcome.problems)
        const { created, changed, unchanged } = outcome
        if (created + changed + unchanged === 0) throw new Problem('bad-input', 'The document holds nothing.')
        return { created, changed, unchanged }
      },
    )
  }
