// GET alerts and their transitions, POST acknowledge: what is wrong now, since when, what to do, and who has seen it.

import { z } from 'zod'
import type { AlertKind, Rule } from '@parkpulse/alerting'
import { fromBase, type Instant, type RegisterId } from '@parkpulse/metering'
import type { Reach } from '@parkpulse/registry'
import type { Acknowledgement, Latest, NumberedTransition, StoredAlertState } from '@parkpulse/store'
import type { App } from '../app-type.ts'
import { cursorSchema, nextCursorSchema, readCursor, writeCursor } from '../cursor.ts'
import { choose, reaches, type Directory } from '../directory.ts'
import type { Doors } from '../doors.ts'
import { holderOf } from '../gate.ts'
import { notFound } from '../problem.ts'
import { idSchema, pageSizeSchema, placeFields, placeFilter, timeSchema } from '../query.ts'

const ALERTS_PER_PAGE_MAX = 1_000
/** How many transitions are looked through for one page; those out of reach count too. */
const TRANSITIONS_SEEN_MAX = 10_000
const COMMENT_CHARACTERS_MAX = 2_000

const stateSchema = z.enum(['inactive', 'pending', 'firing'])
const severitySchema = z.enum(['info', 'warning', 'critical'])

const whereFields = {
  park: z.string(),
  site: z.string(),
  meter: z.string(),
  quantity: z.string().meta({ examples: ['active_power_kw'] }),
  unit: z.string().meta({ examples: ['kW'] }),
}

const ruleFields = {
  rule: z.string(),
  severity: severitySchema.nullable().meta({ description: 'null: the rule is not there any more' }),
  limit: z.number().nullable().meta({ description: 'In `unit`' }),
  breach: z.enum(['above', 'below']).nullable(),
  advice: z.object({ vi: z.string(), en: z.string() }).nullable(),
}

const alertSchema = z.object({
  id: z.string(),
  ...ruleFields,
  ...whereFields,
  state: stateSchema,
  since: timeSchema.nullable().meta({ description: 'Since when it is pending or firing (measured at)' }),
  value: z.number().nullable().meta({ description: 'What the register showed last, in `unit`' }),
  valueAt: timeSchema.nullable(),
  acknowledged: z.object({ by: z.string(), comment: z.string(), at: timeSchema }).nullable(),
})

export const transitionSchema = z.object({
  number: z.int(),
  alert: z.string(),
  ...ruleFields,
  ...whereFields,
  from: stateSchema,
  to: stateSchema,
  at: timeSchema.meta({ description: 'Measured at' }),
  value: z.number(),
  recordedAt: timeSchema,
})

const query = z.strictObject({
  ...placeFields,
  state: stateSchema.optional(),
  severity: severitySchema.optional(),
  rule: idSchema.optional(),
  limit: pageSizeSchema(ALERTS_PER_PAGE_MAX, 100),
  cursor: cursorSchema,
})
const transitionsQuery = z.strictObject({
  ...placeFields,
  limit: pageSizeSchema(ALERTS_PER_PAGE_MAX, 100),
  cursor: cursorSchema,
})
const acknowledgeBody = z.strictObject({ comment: z.string().trim().min(1).max(COMMENT_CHARACTERS_MAX) })
const list = z.object({ items: z.array(alertSchema), next: nextCursorSchema })

type AlertsDoors = Pick<Doors, 'figures' | 'directory' | 'latest' | 'clock' | 'gate'>

async function factsNow({ figures, directory, latest }: AlertsDoors): Promise<AlertFacts> {
  const [values, acknowledged] = await Promise.all([latest(), figures.acknowledgements()])
  return { directory: directory(), latest: values, acknowledged: new Map(acknowledged.map((a) => [a.alertId, a])) }
}

export const alertsRoutes = (doors: AlertsDoors) =>
  async function plugin(app: App): Promise<void> {
    const { figures, directory, clock, gate } = doors
    app.get(
      '/alerts',
      { schema: { tags: ['alerts'], summary: 'Alerts with their state', querystring: query, response: { 200: list } } },
      async (request) => {
        const { state, severity, rule, limit, cursor, ...place } = request.query
        const after = readCursor('alerts', z.string(), cursor) ?? ''
        const facts = await factsNow(doors)
        const wanted = metersWithin(facts.directory, holderOf(request).reach, place)
        const found = (await figures.states())
          .filter((alert) => alert.alertId > after && wanted(alert.registerId))
          .filter(
            (alert) =>
              (state === undefined || alert.state.kind === state) && (rule === undefined || alert.ruleId === rule),
          )
          .filter((alert) => severity === undefined || facts.directory.rules.get(alert.ruleId)?.severity === severity)
          .toSorted((a, b) => (a.alertId < b.alertId ? -1 : 1))
        const items = found.slice(0, limit).flatMap((alert) => alertItem(alert, facts))
        return found.length <= limit ? { items } : { items, next: writeCursor('alerts', found[limit - 1]?.alertId) }
      },
    )
    app.get(
      '/alerts/transitions',
      {
        schema: {
          tags: ['alerts'],
          summary: 'What befell the alerts, newest first',
          querystring: transitionsQuery,
          response: { 200: z.object({ items: z.array(transitionSchema), next: nextCursorSchema }) },
        },
      },
      async (request) => {
        const { limit, cursor, ...place } = request.query
        const wanted = metersWithin(directory(), holderOf(request).reach, place)
        const before = readCursor('transitions', z.int(), cursor)
        const page = await pageOfTransitions(figures, { before, limit, wanted })
        const items = page.found.flatMap((transition) => transitionItem(directory(), transition) ?? [])
        return page.next === undefined ? { items } : { items, next: writeCursor('transitions', page.next) }
      },
    )
    app.post(
      '/alerts/:id/acknowledge',
      {
        schema: {
          tags: ['alerts'],
          summary: 'Say that someone has seen it and what is being done; the state goes on',
          params: z.object({ id: idSchema }),
          body: acknowledgeBody,
          response: { 200: alertSchema },
        },
      },
      async (request) => {
        const { id } = request.params
        const alert = (await figures.states()).find(({ alertId }) => alertId === id)
        const meter = alert && directory().entries.get(alert.registerId)?.meter
        if (alert === undefined || meter === undefined) throw notFound(`Alert ${id}`)
        const holder = gate.demand(
          request,
          'acknowledge',
          { kind: 'site', park: meter.park, site: meter.site },
          `Alert ${id}`,
        )
        await figures.acknowledge(id, holder.name, request.body.comment, clock.now())
        const [item] = alertItem(alert, await factsNow(doors))
        if (item === undefined) throw notFound(`Alert ${id}`)
        return item
      },
    )
  }

type Place = Parameters<typeof placeFilter>[0]

/** Whether a register lies where the caller asked, and within reach. */
function metersWithin(directory: Directory, reach: Reach, place: Place): (registerId: RegisterId) => boolean {
  const { park, site, meter } = placeFilter(place)
  choose(directory, reach, placeFilter(place))
  return (registerId) => {
    const at = directory.entries.get(registerId)?.meter
    if (at === undefined || !reaches(reach, at.park, at.site)) return false
    return (park ?? at.park) === at.park && (site ?? at.site) === at.site && (meter ?? at.id) === at.id
  }
}

type TransitionQuestion = {
  readonly before: number | undefined
  readonly limit: number
  readonly wanted: (registerId: RegisterId) => boolean
}

/** Looks back through the transitions until the page is full, or enough was looked through. */
async function pageOfTransitions(
  figures: Pick<Doors['figures'], 'transitions'>,
  { before, limit, wanted }: TransitionQuestion,
) {
  const found: NumberedTransition[] = []
  let last = before
  for (let seen = 0; seen < TRANSITIONS_SEEN_MAX;) {
    const page = await figures.transitions(last, ALERTS_PER_PAGE_MAX)
    for (const transition of page) {
      if (found.length === limit) return { found, next: last }
      last = transition.number
      if (wanted(transition.registerId)) found.push(transition)
    }
    if (page.length < ALERTS_PER_PAGE_MAX) return { found }
    seen += page.length
  }
  return { found, next: last }
}

type AlertFacts = {
  readonly directory: Directory
  readonly latest: ReadonlyMap<RegisterId, Latest>
  readonly acknowledged: ReadonlyMap<string, Acknowledgement>
}

function alertItem(
  { alertId, ruleId, registerId, state }: StoredAlertState,
  { directory, latest, acknowledged }: AlertFacts,
) {
  const entry = directory.entries.get(registerId)
  if (entry === undefined) return []
  const format = (at: Instant | undefined): string | null => (at === undefined ? null : entry.zone.format(at))
  const [last, seen] = [latest.get(registerId), acknowledged.get(alertId)]
  return [
    {
      id: alertId,
      ...ruleItem(ruleId, directory.rules.get(ruleId)),
      ...whereItem(directory, registerId),
      state: state.kind,
      since: format(state.kind === 'inactive' ? undefined : state.since),
      value: last === undefined ? null : fromBase(entry.quantity, last.value),
      valueAt: format(last?.at),
      acknowledged: seen === undefined ? null : { by: seen.by, comment: seen.comment, at: entry.zone.format(seen.at) },
    },
  ]
}

/** A transition as it is shown, here and live; undefined for a register that is not known any more. */
export function transitionItem(directory: Directory, transition: NumberedTransition) {
  const entry = directory.entries.get(transition.registerId)
  if (entry === undefined) return undefined
  const { number, alertId, ruleId, registerId, from, to, at, value, recordedAt } = transition
  const change: { from: AlertKind; to: AlertKind } = { from, to }
  return {
    number,
    alert: alertId,
    ...ruleItem(ruleId, directory.rules.get(ruleId)),
    ...whereItem(directory, registerId),
    ...change,
    at: entry.zone.format(at),
    value: fromBase(entry.quantity, value),
    recordedAt: entry.zone.format(recordedAt),
  }
}

function whereItem({ entries }: Directory, registerId: RegisterId) {
  const entry = entries.get(registerId)
  if (entry === undefined) throw new Error(`register ${registerId} is in no meter`)
  const { meter, quantity } = entry
  return { park: meter.park, site: meter.site, meter: meter.id, quantity: quantity.name, unit: quantity.fieldUnit }
}

const ruleItem = (id: string, rule: Rule | undefined) =>
  rule === undefined
    ? { rule: id, severity: null, limit: null, breach: null, advice: null }
    : { rule: id, severity: rule.severity, limit: rule.limit, breach: rule.breach, advice: { ...rule.advice } }
