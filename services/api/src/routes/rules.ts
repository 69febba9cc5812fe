// GET rules, PUT rules/{rule}: what is watched, the limits, and how patient to be.

import { z } from 'zod'
import { type Place, type Rule } from '@parkpulse/alerting'
import type { Reach } from '@parkpulse/registry'
import { relate } from '../access.ts'
import type { App } from '../app-type.ts'
import { choose } from '../directory.ts'
import type { Doors } from '../doors.ts'
import { holderOf } from '../gate.ts'
import { notFound } from '../problem.ts'
import { idSchema, placeFields, placeFilter, quantitySchema } from '../query.ts'
import { answerPut, outcomeSchema } from './provisioning.ts'

const ADVICE_CHARACTERS_MAX = 500

const adviceSchema = z.string().trim().min(1).max(ADVICE_CHARACTERS_MAX)

const ruleFields = {
  kind: z.literal('limit').default('limit'),
  place: z.strictObject({ park: idSchema, site: idSchema.optional(), meter: idSchema.optional() }),
  quantity: quantitySchema.meta({
    description: 'A momentary quantity of the vocabulary',
    examples: ['active_power_kw'],
  }),
  breach: z.enum(['above', 'below']),
  limit: z
    .number()
    .meta({ description: "In the quantity's field unit; crossing it strictly is a breach", examples: [500] }),
  clear: z.number().meta({ description: 'On or beyond this, on the good side, the breach is over', examples: [450] }),
  holdMs: z.int().min(0).meta({ description: 'How long a breach must hold before the alert fires, in milliseconds' }),
  keepFiringMs: z
    .int()
    .min(0)
    .meta({ description: 'How long the alert stays firing after the breach ceased, in milliseconds' }),
  severity: z.enum(['info', 'warning', 'critical']),
  advice: z.strictObject({ vi: adviceSchema, en: adviceSchema }),
}
/** As answered: the quantity is its name already; what reads a name or an OBIS code cannot be run backwards. */
const ruleSchema = z.object({ ...ruleFields, quantity: z.string(), id: z.string() })

export const rulesRoutes = ({ registry, directory, gate }: Pick<Doors, 'registry' | 'directory' | 'gate'>) =>
  async function plugin(app: App): Promise<void> {
    app.get(
      '/rules',
      {
        schema: {
          tags: ['alerts'],
          summary: 'Rules whose place has something in common with the reach of the key',
          querystring: z.strictObject(placeFields),
          response: { 200: z.object({ items: z.array(ruleSchema) }) },
        },
      },
      (request) => {
        const { reach } = holderOf(request)
        const filter = placeFilter(request.query)
        choose(directory(), reach, filter)
        const concerns = ({ place }: Rule): boolean =>
          relate(reach, whereOf(place)) !== 'apart' &&
          (['park', 'site', 'meter'] as const).every((level) => {
            const [asked, own] = [filter[level], place[level]]
            return asked === undefined || own === undefined || asked === own
          })
        return { items: directory().installation.rules.filter(concerns).map(ruleItem) }
      },
    )
    app.put(
      '/rules/:rule',
      {
        schema: {
          tags: ['alerts'],
          summary: 'Write a rule',
          params: z.object({ rule: idSchema }),
          body: z.strictObject(ruleFields),
          response: { 200: outcomeSchema('rule', ruleSchema), 201: outcomeSchema('rule', ruleSchema) },
        },
      },
      async (request, reply) => {
        const { rule: id } = request.params
        // Whose rule it is must not be read from memory: another process may have written it a moment ago.
        await registry.refresh()
        const rule: Rule = { ...request.body, id, place: placeOf(request.body.place) }
        const before = directory().rules.get(id)
        if (before !== undefined) gate.demand(request, 'provision', whereOf(before.place), `Rule ${id}`)
        gate.demand(request, 'provision', whereOf(rule.place), 'The place of the rule')
        const outcome = await answerPut(reply, await registry.putRule(rule))
        const written = directory().rules.get(id)
        if (written === undefined) throw notFound(`Rule ${id}`)
        return { outcome, rule: ruleItem(written) }
      },
    )
  }

function placeOf({ park, site, meter }: z.output<typeof ruleFields.place>): Place {
  return { park, ...(site === undefined ? {} : { site }), ...(meter === undefined ? {} : { meter }) }
}

const whereOf = ({ park, site }: Place): Reach =>
  site === undefined ? { kind: 'park', park } : { kind: 'site', park, site }

const ruleItem = (rule: Rule) => ({ ...rule, place: { ...rule.place }, advice: { ...rule.advice } })
