// What goes wrong, as people and programs can read it: application/problem+json (RFC 9457). One place turns errors into answers.

import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors, type ZodFastifySchemaValidationError } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from './app-type.ts'

/** A field and what was wrong with it; a `line` where the input was a document. */
export type FieldProblem = { readonly field: string; readonly problem: string; readonly line?: number }

export const problemSchema = z
  .object({
    type: z
      .string()
      .meta({ description: 'What kind of problem; stable', examples: ['urn:parkpulse:problem:bad-input'] }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z
      .array(z.object({ field: z.string(), problem: z.string(), line: z.int().optional() }))
      .optional()
      .meta({ description: 'Each field of the input that was wrong, and how' }),
  })
  .meta({ description: 'A problem, RFC 9457' })

/** The kinds of problems that this service answers, with their status and title. */
const KINDS = {
  'bad-input': [400, 'The input was not understood'],
  'no-key': [401, 'A valid key is needed'],
  forbidden: [403, 'This key may not do that'],
  'not-found': [404, 'Not found'],
  'wrong-method': [405, 'Not with this method'],
  'too-long': [414, 'The address is too long'],
  'too-large': [413, 'The input is too large'],
  'wrong-type': [415, 'The type of the input is not supported'],
  'too-many': [429, 'Too many requests'],
  internal: [500, 'Something broke here'],
  busy: [503, 'Not available now'],
} as const

export type ProblemKind = keyof typeof KINDS

/** Thrown by routes, caught by `answerProblem` alone. */
export class Problem extends Error {
  readonly kind: ProblemKind
  readonly errors: readonly FieldProblem[]
  constructor(kind: ProblemKind, detail: string, errors: readonly FieldProblem[] = []) {
    super(detail)
    this.kind = kind
    this.errors = errors
  }
}

/** A problem with the input: every field that was wrong. */
export const badInput = (...errors: readonly FieldProblem[]): Problem =>
  new Problem('bad-input', errors.map(({ field, problem }) => `${field}: ${problem}`).join('; '), errors)

/** Something that is not there, or not within the reach of the key: one answer for both. */
export const notFound = (what: string): Problem =>
  new Problem('not-found', `${what} does not exist, or not within the reach of this key`)

/** Answers an error as problem+json. What is not the caller's doing is logged, and told without details. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error)
  if (problem.kind === 'internal') request.log.error({ err: error, url: request.routeOptions.url }, 'a request failed')
  return sendProblem(reply, problem)
}

export function sendProblem(reply: FastifyReply, { kind, message, errors }: Problem): FastifyReply {
  const [status, title] = KINDS[kind]
  const body = { type: `urn:parkpulse:problem:${kind}`, title, status, detail: message }
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(errors.length === 0 ? body : { ...body, errors })
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (hasZodFastifySchemaValidationErrors(error)) return badInput(...error.validation.flatMap(fieldsOf))
  const { statusCode = 500, message } = error as FastifyError
  const kind = KIND_OF_STATUS.get(statusCode)
  return kind === undefined ? new Problem('internal', 'The request could not be answered.') : new Problem(kind, message)
}

/** Fastify's own refusals: broken JSON, a body too large, a type without a parser. */
const KIND_OF_STATUS: ReadonlyMap<number, ProblemKind> = new Map(
  (['bad-input', 'not-found', 'wrong-method', 'too-long', 'too-large', 'wrong-type', 'too-many'] as const).map(
    (kind) => [KINDS[kind][0], kind],
  ),
)

/** `/registers/0/capacity` → `registers[0].capacity`; unknown names are a problem of each name. */
function fieldsOf({ instancePath, message, params }: ZodFastifySchemaValidationError): readonly FieldProblem[] {
  const field = instancePath.split('/').filter(Boolean).reduce(joinPath, '')
  const unknown: unknown = params['keys']
  if (Array.isArray(unknown))
    return unknown.map((key) => ({ field: joinPath(field, String(key)), problem: 'is unknown' }))
  return [{ field: field === '' ? 'body' : field, problem: message ?? 'is wrong' }]
}

const joinPath = (path: string, name: string): string =>
  /^\d+$/.test(name) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`

/** Every route that has a description also answers problems. To be called before the routes are registered. */
export function describeProblems(app: App): void {
  const problems = {
    description: 'A problem (RFC 9457)',
    content: { 'application/problem+json': { schema: problemSchema } },
  }
  app.addHook('onRoute', ({ schema }) => {
    if (schema === undefined || schema.hide === true) return
    schema.response = { ...(schema.response as object), '4xx': problems }
  })
}
