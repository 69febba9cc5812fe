// GET emissions: what was emitted by what was used, gases apart, with the factors that were taken and what had none.

import { z } from 'zod'
import { gwpSets, type GwpSet } from '@parkpulse/emissions'
import type { App } from '../app-type.ts'
import { nextCursorSchema } from '../cursor.ts'
import type { Doors } from '../doors.ts'
import {
  emissionStretches,
  groupEmitters,
  type EmissionFacts,
  type EmissionGroup,
  type EmissionStretch,
} from '../emission-sum.ts'
import { planPage, type Slot } from '../figure-page.ts'
import { sumsOfSlots } from '../figures.ts'
import { holderOf } from '../gate.ts'
import { chooseRegisters, figureFields, hoursFields, nextOf, placeOf, startOf, stretchFields } from './figure-query.ts'

const massSchema = z.number().meta({ description: 'Kilograms' })

const itemSchema = z.object({
  ...stretchFields,
  scope: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  method: z.enum(['location', 'market']),
  gwp: z.enum(['AR4', 'AR5', 'AR6']),
  co2eKg: z
    .number()
    .nullable()
    .meta({
      description: 'kg CO2e, 100 years; null where no hour has a factor, never zero instead',
      examples: [813.7824],
    }),
  gases: z.object({ co2Kg: massSchema, ch4Kg: massSchema, n2oKg: massSchema }).nullable(),
  shares: z
    .object({
      measured: massSchema.optional(),
      interpolated: massSchema.optional(),
      estimated: massSchema.optional(),
      edited: massSchema.optional(),
      missing: massSchema.optional(),
    })
    .nullable()
    .meta({
      description:
        'kg CO2e by the quality of the hours behind them (`missing`: of hours that are covered only in part)',
    }),
  factors: z.array(
    z.object({
      id: z.string().meta({ description: 'Row of the factor book' }),
      status: z.enum(['official', 'provisional', 'unverified']),
      hours: z.int(),
    }),
  ),
  provisional: z
    .boolean()
    .meta({ description: 'Whether any hour stands on a factor that is not official for its year' }),
  hours: z.object({
    ...hoursFields,
    known: z.int().meta({ description: 'With a factor' }),
    noFactor: z.int().meta({ description: 'With a figure, but without a factor: not zero, not in the sum' }),
  }),
})

const query = z.strictObject({
  ...figureFields,
  scope: z.enum(['1', '2', '3']).optional(),
  method: z.enum(['location', 'market']).optional(),
  gwp: z
    .enum(['AR4', 'AR5', 'AR6'])
    .default('AR6')
    .meta({ description: 'IPCC report whose warming potentials turn gases into CO2e' }),
})
const answer = z.object({ items: z.array(itemSchema), next: nextCursorSchema })

type EmissionsDoors = Pick<Doors, 'figures' | 'directory' | 'clock'>

export const emissionsRoutes = ({ figures, directory, clock }: EmissionsDoors) =>
  async function plugin(app: App): Promise<void> {
    app.get(
      '/emissions',
      {
        schema: {
          tags: ['figures'],
          summary: 'Greenhouse-gas emissions',
          description: ABOUT,
          querystring: query,
          response: { 200: answer },
        },
      },
      async (request) => {
        const { scope, method, gwp, ...figureQuery } = request.query
        const { interval, by, limit } = figureQuery
        const { period, entries } = chooseRegisters(directory(), holderOf(request).reach, figureQuery)
        const groups = groupEmitters(entries, by, period.from).filter(
          (group) =>
            (scope === undefined || String(group.scope) === scope) && (method === undefined || group.method === method),
        )
        const list = `emissions ${scope ?? ''} ${method ?? ''}`
        const page = planPage(groups, { period, interval, start: startOf(list, figureQuery), limit })
        const sums = await sumsOfSlots(page.slots, (ids, edges) => figures.emissionSums(ids, edges))
        const facts = { gwp: gwpSets[gwp], now: clock.now() }
        const items = page.slots.flatMap((slot) => itemsOf(slot, { ...facts, sums: sums.get(slot) ?? [] }))
        return page.next === undefined ? { items } : { items, next: nextOf(list, figureQuery, page.next) }
      },
    )
  }

const ABOUT =
  'One item for each stretch of time, place, scope and method. Activity × factor by the hour; gases are kept apart and weighed by the chosen GWP set. ' +
  'A factor is `provisional` where that of its own year is not published yet.'

const itemsOf = ({ group, edges }: Slot<EmissionGroup>, facts: EmissionFacts) =>
  emissionStretches(group, edges, facts).map((stretch) => stretchItem(group, stretch, facts.gwp))

function stretchItem(group: EmissionGroup, stretch: EmissionStretch, gwp: GwpSet) {
  const { mass, factors, hours } = stretch
  return {
    ...placeOf(group),
    scope: group.scope,
    method: group.method,
    gwp: gwp.id,
    from: group.zone.format(stretch.from),
    to: group.zone.format(stretch.until),
    co2eKg: mass === undefined ? null : toMicrogram(mass.co2eKg),
    gases: mass === undefined ? null : roundAll(mass.gases),
    shares: mass === undefined ? null : roundAll(mass.shares),
    factors: factors.map((factor) => ({ ...factor })),
    provisional: factors.some(({ status }) => status !== 'official'),
    hours: { ...hours },
  }
}

/** What is finer than a microgram is the dust of adding binary fractions. */
const toMicrogram = (kg: number): number => Number(kg.toFixed(9))

const roundAll = <T extends Readonly<Record<string, number>>>(masses: T): T =>
  Object.fromEntries(Object.entries(masses).map(([name, kg]) => [name, toMicrogram(kg)])) as T
