// GET consumption: how much was used, by hour, day or month and by meter, site or park; and the editions of one hour's figure.

import { z } from 'zod'
import {
  fromBase,
  HOUR_MS,
  type HourEvent,
  type Instant,
  type Quality,
  type Quantity,
  type Shares,
} from '@parkpulse/metering'
import type { HourRevision, HourSum } from '@parkpulse/store'
import type { App } from '../app-type.ts'
import { nextCursorSchema } from '../cursor.ts'
import { chooseRegister } from '../directory.ts'
import type { Doors } from '../doors.ts'
import { planPage, type Slot } from '../figure-page.ts'
import { sumsOfSlots } from '../figures.ts'
import { holderOf } from '../gate.ts'
import { badInput } from '../problem.ts'
import { commoditySchema, instantSchema, meterPathSchema, quantitySchema, timeSchema } from '../query.ts'
import { coverageOf, groupEntries, stretchesOf, type Group, type Stretch } from '../sum.ts'
import { chooseRegisters, figureFields, hoursFields, nextOf, placeOf, startOf, stretchFields } from './figure-query.ts'

const QUALITIES = ['measured', 'interpolated', 'estimated', 'edited', 'missing'] as const satisfies readonly Quality[]
const EVENTS = ['rollover', 'reset', 'dip', 'implausible'] as const satisfies readonly HourEvent[]

const sharesSchema = z
  .object({ measured: z.number(), interpolated: z.number(), estimated: z.number(), edited: z.number() })
  .nullable()
  .meta({ description: 'The amount by how it is known, in `unit`; adds up to the amount' })

const amountSchema = z
  .number()
  .nullable()
  .meta({ description: 'In `unit`; null where nothing is known, never zero instead', examples: [1234.5] })

const itemSchema = z.object({
  ...stretchFields,
  commodity: commoditySchema,
  quantity: z.string().meta({ examples: ['active_energy_import_kwh'] }),
  unit: z.string().meta({ examples: ['kWh'] }),
  amount: amountSchema,
  shares: sharesSchema,
  quality: z.enum(QUALITIES).meta({ description: 'The worst that went in; `missing` when hours are missing' }),
  revision: z.int().nullable().meta({ description: 'The highest revision of its hours' }),
  coverage: z
    .number()
    .nullable()
    .meta({ description: 'The part of the time that is over about which something is known, 0 to 1' }),
  hours: z.object({ ...hoursFields, known: z.int().meta({ description: 'With a figure' }) }),
  missingSeconds: z.number().meta({ description: 'Time within known hours about which nothing is known' }),
})

const revisionSchema = z.object({
  revision: z.int(),
  cause: z.enum(['closed', 'late-readings', 'register-changed', 'factor-published', 'replayed']),
  recordedAt: timeSchema,
  amount: z.number(),
  shares: sharesSchema,
  quality: z.enum(QUALITIES),
  missingSeconds: z.number(),
  events: z.array(z.enum(EVENTS)),
})

const query = z.strictObject(figureFields)
const revisionsQuery = z.strictObject({ meter: meterPathSchema, quantity: quantitySchema, hour: instantSchema })
const revisionsAnswer = z.object({ unit: z.string(), hour: timeSchema, items: z.array(revisionSchema) })
const answer = z.object({ items: z.array(itemSchema), next: nextCursorSchema })

type ConsumptionDoors = Pick<Doors, 'figures' | 'directory' | 'clock'>

export const consumptionRoutes = ({ figures, directory, clock }: ConsumptionDoors) =>
  async function plugin(app: App): Promise<void> {
    app.get(
      '/consumption',
      {
        schema: {
          tags: ['figures'],
          summary: 'Consumption',
          description: ABOUT,
          querystring: query,
          response: { 200: answer },
        },
      },
      async (request) => {
        const { interval, by, limit } = request.query
        const { period, entries } = chooseRegisters(directory(), holderOf(request).reach, request.query)
        const start = startOf('consumption', request.query)
        const page = planPage(groupEntries(entries, by), { period, interval, start, limit })
        const sums = await sumsOfSlots(page.slots, (ids, edges) => figures.hourSums(ids, edges))
        const items = page.slots.flatMap((slot) => itemsOf(slot, sums.get(slot) ?? [], clock.now()))
        return page.next === undefined ? { items } : { items, next: nextOf('consumption', request.query, page.next) }
      },
    )
    app.get(
      '/consumption/revisions',
      {
        schema: {
          tags: ['figures'],
          summary: "All editions of one hour's figure, oldest first",
          querystring: revisionsQuery,
          response: { 200: revisionsAnswer },
        },
      },
      async (request) => {
        const { hour } = request.query
        if (hour % HOUR_MS !== 0) throw badInput({ field: 'hour', problem: 'must be on a full hour' })
        const entry = chooseRegister(directory(), holderOf(request).reach, request.query)
        const revisions = await figures.revisions(entry.register.id, hour)
        const items = revisions.map((revision) => revisionItem(revision, entry.quantity, entry.zone.format))
        return { unit: entry.quantity.fieldUnit, hour: entry.zone.format(hour), items }
      },
    )
  }

const ABOUT =
  'One item for each stretch of time and each place, commodity and quantity, also where nothing is known: then `amount` is null. ' +
  'Amounts are real quantities (multiplier applied) in the unit of the field, exact. Meters behind other meters are counted as they are: choose what is to be added by meter.'

const itemsOf = ({ group, edges }: Slot<Group>, sums: readonly HourSum[], now: Instant) =>
  stretchesOf({ registers: group.entries.length, edges, sums, now }).map((stretch) => stretchItem(group, stretch))

function stretchItem(group: Group, stretch: Stretch) {
  const { quantity, zone, commodity } = group
  const { figure, quality, hours } = stretch
  return {
    ...placeOf(group),
    commodity,
    quantity: quantity.name,
    unit: quantity.fieldUnit,
    from: zone.format(stretch.from),
    to: zone.format(stretch.until),
    amount: figure === undefined ? null : fromBase(quantity, figure.amount),
    shares: figure === undefined ? null : sharesItem(quantity, figure.shares),
    quality,
    revision: figure === undefined ? null : figure.revision,
    coverage: coverageOf(stretch) ?? null,
    hours: { ...hours },
    missingSeconds: stretch.missingMs / 1000,
  }
}

const sharesItem = (quantity: Quantity, { measured, interpolated, estimated, edited }: Shares) => ({
  measured: fromBase(quantity, measured),
  interpolated: fromBase(quantity, interpolated),
  estimated: fromBase(quantity, estimated),
  edited: fromBase(quantity, edited),
})

const revisionItem = (of: HourRevision, quantity: Quantity, format: (at: Instant) => string) => ({
  revision: of.revision,
  cause: of.cause,
  recordedAt: format(of.recordedAt),
  amount: fromBase(quantity, of.amount),
  shares: sharesItem(quantity, of.shares),
  quality: of.quality,
  missingSeconds: of.missingMs / 1000,
  events: [...of.events],
})
