// PUT parks, sites, meters; POST credentials, import: what there is to be metered, and who may publish. Every call may be repeated without harm, except the one that issues a secret.

import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { MeterSpec, Put, PutOutcome, RegisterSpec, SpecProblem } from '@parkpulse/registry'
import type { App } from '../app-type.ts'
import { choose } from '../directory.ts'
import type { Doors } from '../doors.ts'
import { holderOf } from '../gate.ts'
import { notFound, Problem, type FieldProblem } from '../problem.ts'
import { commoditySchema, idSchema, quantitySchema } from '../query.ts'
import { meterItem, meterSchema } from './meters.ts'
import { parkSchema, siteSchema } from './parks.ts'

const NAME_CHARACTERS_MAX = 200
/** The vocabulary has fewer quantities for any commodity. */
const REGISTERS_MAX = 100

const nameSchema = z.string().trim().min(1).max(NAME_CHARACTERS_MAX)
const positive = (description: string) => z.number().positive().optional().meta({ description })

const registerSchema = z.strictObject({
  quantity: quantitySchema,
  resolution: positive('Smallest step shown, in the field unit. Cumulative only'),
  capacity: positive('First value no longer shown, in the field unit. Cumulative only'),
  multiplier: positive('Transformer ratio: real quantity = shown value × multiplier. Cumulative only'),
  mostPerHour: positive('The most the connection carries in an hour, in the real field unit. Cumulative only'),
  low: z.number().optional().meta({ description: 'Values below are refused. Momentary only' }),
  high: z.number().optional().meta({ description: 'Values above are refused. Momentary only' }),
})

const parkBody = z.strictObject({ name: nameSchema, timeZone: z.string().max(60), gridRegion: z.string().max(40) })
const siteBody = z.strictObject({ name: nameSchema })
const meterBody = z.strictObject({
  name: nameSchema,
  commodity: commoditySchema,
  serial: z.string().trim().min(1).max(NAME_CHARACTERS_MAX).optional(),
  registers: z
    .array(registerSchema)
    .max(REGISTERS_MAX)
    .optional()
    .meta({ description: "Left out: every quantity of the commodity's vocabulary" }),
})

/** What a PUT answers: what became of it, and the thing as it is now. */
export const outcomeSchema = <N extends string, T extends z.ZodType>(name: N, thing: T) =>
  z.object({ outcome: z.enum(['created', 'changed', 'unchanged']), [name]: thing } as {
    outcome: z.ZodEnum<{ created: 'created'; changed: 'changed'; unchanged: 'unchanged' }>
  } & Record<N, T>)

const put = <N extends string, T extends z.ZodType>(name: N, thing: T, summary: string) => ({
  tags: ['registry'],
  summary,
  response: { 200: outcomeSchema(name, thing), 201: outcomeSchema(name, thing) },
})

type ProvisioningDoors = Pick<Doors, 'registry' | 'directory' | 'gate' | 'latest' | 'clock'>

export const provisioningRoutes = ({ registry, directory, gate, latest, clock }: ProvisioningDoors) =>
  async function plugin(app: App): Promise<void> {
    // What stands above a place may have been registered by another process (an import) a moment ago.
    app.addHook('preHandler', async () => void (await registry.refresh()))
    app.put(
      '/parks/:park',
      { schema: { ...put('park', parkSchema, 'Write a park'), params: z.object({ park: idSchema }), body: parkBody } },
      async (request, reply) => {
        const { park: id } = request.params
        // First as if it existed: whether it does must not show in the answer.
        gate.demand(request, 'provision', { kind: 'park', park: id }, `Park ${id}`)
        const park = { id, ...request.body }
        return { outcome: await answerPut(reply, await registry.putPark(park)), park }
      },
    )
    app.put(
      '/parks/:park/sites/:site',
      {
        schema: {
          ...put('site', siteSchema, 'Write a site'),
          params: z.object({ park: idSchema, site: idSchema }),
          body: siteBody,
        },
      },
      async (request, reply) => {
        const { park, site: id } = request.params
        gate.demand(request, 'provision', { kind: 'site', park, site: id }, `Site ${id}`)
        choose(directory(), holderOf(request).reach, { park })
        const site = { park, id, ...request.body }
        return { outcome: await answerPut(reply, await registry.putSite(site)), site }
      },
    )
    app.put(
      '/parks/:park/sites/:site/meters/:meter',
      {
        schema: {
          ...put('meter', meterSchema, 'Write a meter with its registers'),
          params: z.object({ park: idSchema, site: idSchema, meter: idSchema }),
          body: meterBody,
        },
      },
      async (request, reply) => {
        const { park, site, meter: id } = request.params
        gate.demand(request, 'provision', { kind: 'site', park, site }, `Site ${site}`)
        choose(directory(), holderOf(request).reach, { park, site })
        const outcome = await answerPut(reply, await registry.putMeter(specOf({ park, site, id }, request.body)))
        const facts = { directory: directory(), latest: await latest(), now: clock.now() }
        const [meter] = choose(facts.directory, holderOf(request).reach, request.params).meters
        if (meter === undefined) throw notFound(`Meter ${id}`)
        return { outcome, meter: meterItem(meter, facts) }
      },
    )
    app.post(
      '/parks/:park/sites/:site/credentials',
      {
        schema: {
          tags: ['registry'],
          summary: 'Issue MQTT credentials of a site; the password is shown this once',
          params: z.object({ park: idSchema, site: idSchema }),
          response: {
            201: z.object({ username: z.string(), password: z.string(), park: z.string(), site: z.string() }),
          },
        },
      },
      async (request, reply) => {
        const { park, site } = request.params
        gate.demand(request, 'provision', { kind: 'site', park, site }, `Site ${site}`)
        choose(directory(), holderOf(request).reach, { park, site })
        const issued = await registry.issueSiteCredential(park, site)
        if (issued.kind === 'invalid') throw specProblem(issued.problems)
        void reply.code(201)
        return { username: issued.username, password: issued.password, park, site }
      },
    )
  }

type MeterBody = z.output<typeof meterBody>

function specOf(
  place: { readonly park: string; readonly site: string; readonly id: string },
  body: MeterBody,
): MeterSpec {
  const { name, commodity, serial, registers } = body
  return {
    ...place,
    name,
    commodity,
    ...(serial === undefined ? {} : { serial }),
    ...(registers === undefined
      ? {}
      : { registers: registers.map((register) => withoutAbsent(register) as RegisterSpec) }),
  }
}

const withoutAbsent = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** Sets 201 for what is new, and throws the problem of what was not taken. */
export async function answerPut(reply: FastifyReply, outcome: PutOutcome): Promise<Put> {
  if (outcome.kind === 'invalid') throw specProblem(outcome.problems)
  void reply.code(outcome.put === 'created' ? 201 : 200)
  return outcome.put
}

/** The registry's problems as a problem of the caller's input. */
export function specProblem(problems: readonly SpecProblem[]): Problem {
  const errors = problems.map(({ path, line, problem }): FieldProblem => ({
    field: path === '' ? 'body' : path,
    problem,
    ...(line === undefined ? {} : { line }),
  }))
  const count = errors.length === 1 ? 'One problem' : `${errors.length} problems`
  return new Problem('bad-input', `${count}; nothing was changed.`, errors)
}
