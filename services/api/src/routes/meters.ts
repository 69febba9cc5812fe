// GET meters: what meters there are, what they said last, and for how long they have been silent.

import { z } from 'zod'
import { fromBase, isCumulative, type Instant, type RegisterId } from '@parkpulse/metering'
import type { Meter } from '@parkpulse/registry'
import type { Latest } from '@parkpulse/store'
import type { App } from '../app-type.ts'
import { cursorSchema, nextCursorSchema, readCursor, writeCursor } from '../cursor.ts'
import { choose, meterPath, type Directory } from '../directory.ts'
import type { Doors } from '../doors.ts'
import { holderOf } from '../gate.ts'
import { notFound } from '../problem.ts'
import { commoditySchema, idSchema, pageSizeSchema, placeFields, placeFilter, timeSchema } from '../query.ts'

/** Some 2 MB of JSON: a meter has about ten registers. */
const METERS_PER_PAGE_MAX = 1_000

const registerSchema = z.object({
  quantity: z.string().meta({ examples: ['active_power_kw'] }),
  obis: z.string().optional(),
  kind: z.enum(['cumulative', 'momentary']),
  unit: z.string().meta({ description: 'Unit of all values here', examples: ['kW'] }),
  resolution: z.number().optional().meta({ description: 'Cumulative: the smallest step shown, in `unit`' }),
  capacity: z.number().optional().meta({ description: 'Cumulative: the first value no longer shown, in `unit`' }),
  multiplier: z.number().optional(),
  mostPerHour: z
    .number()
    .optional()
    .meta({ description: 'Cumulative: the most the connection carries in an hour, in `unit`' }),
  low: z.number().optional(),
  high: z.number().optional(),
  last: z
    .object({ value: z.number(), at: timeSchema, receivedAt: timeSchema })
    .nullable()
    .meta({ description: 'The last reading by the time of measuring; null when there never was one' }),
})

export const meterSchema = z.object({
  park: z.string(),
  site: z.string(),
  id: z.string(),
  path: z.string().meta({ description: 'park/site/meter', examples: ['nam-cau-kien/steel-1/main'] }),
  name: z.string(),
  commodity: commoditySchema,
  serial: z.string().optional(),
  lastSeenAt: timeSchema.nullable().meta({
    description:
      'When the newest of its readings was received; null: never. Back-filling the past does not count as speaking',
  }),
  silentForSeconds: z.number().nullable().meta({ description: 'Time since then' }),
  registers: z.array(registerSchema),
})

const query = z.strictObject({
  ...placeFields,
  commodity: commoditySchema.optional(),
  limit: pageSizeSchema(METERS_PER_PAGE_MAX, 100),
  cursor: cursorSchema,
})
const params = z.object({ park: idSchema, site: idSchema, meter: idSchema })

export type MeterFacts = {
  readonly directory: Directory
  readonly latest: ReadonlyMap<RegisterId, Latest>
  readonly now: Instant
}

export const metersRoutes = ({ directory, latest, clock }: Pick<Doors, 'directory' | 'latest' | 'clock'>) =>
  async function plugin(app: App): Promise<void> {
    app.get(
      '/meters',
      {
        schema: {
          tags: ['registry'],
          summary: 'Meters with their last values',
          querystring: query,
          response: { 200: z.object({ items: z.array(meterSchema), next: nextCursorSchema }) },
        },
      },
      async (request) => {
        const { commodity, limit, cursor, ...place } = request.query
        const after = readCursor('meters', z.string(), cursor) ?? ''
        const facts = { directory: directory(), latest: await latest(), now: clock.now() }
        const found = choose(facts.directory, holderOf(request).reach, placeFilter(place))
          .meters.filter(
            (meter) => (commodity === undefined || meter.commodity === commodity) && meterPath(meter) > after,
          )
          .toSorted((a, b) => (meterPath(a) < meterPath(b) ? -1 : 1))
        const items = found.slice(0, limit).map((meter) => meterItem(meter, facts))
        return found.length <= limit ? { items } : { items, next: writeCursor('meters', items.at(-1)?.path ?? '') }
      },
    )
    app.get(
      '/meters/:park/:site/:meter',
      { schema: { tags: ['registry'], summary: 'One meter', params, response: { 200: meterSchema } } },
      async (request) => {
        const facts = { directory: directory(), latest: await latest(), now: clock.now() }
        const [meter] = choose(facts.directory, holderOf(request).reach, request.params).meters
        if (meter === undefined) throw notFound('This meter')
        return meterItem(meter, facts)
      },
    )
  }

/** A meter as it is shown. */
export function meterItem(meter: Meter, { directory, latest, now }: MeterFacts) {
  const format = (at: Instant): string => directory.zones.get(meter.park)?.format(at) ?? new Date(at).toISOString()
  const seen = meter.registers.flatMap(({ id }) => latest.get(id)?.receivedAt ?? [])
  const lastSeenAt = seen.length === 0 ? undefined : Math.max(...seen)
  return {
    park: meter.park,
    site: meter.site,
    id: meter.id,
    path: meterPath(meter),
    name: meter.name,
    commodity: meter.commodity,
    ...(meter.serial === undefined ? {} : { serial: meter.serial }),
    lastSeenAt: lastSeenAt === undefined ? null : format(lastSeenAt),
    silentForSeconds: lastSeenAt === undefined ? null : Math.max(0, now - lastSeenAt) / 1000,
    registers: meter.registers.flatMap(({ id }) => registerItem(id, { directory, latest, format })),
  }
}

type RegisterFacts = Pick<MeterFacts, 'directory' | 'latest'> & { readonly format: (at: Instant) => string }

function registerItem(id: RegisterId, { directory, latest, format }: RegisterFacts) {
  const entry = directory.entries.get(id)
  if (entry === undefined) return []
  const { register, quantity } = entry
  const field = (base: number): number => fromBase(quantity, base)
  const last = latest.get(id)
  const nature = isCumulative(register)
    ? {
        resolution: field(register.resolution),
        capacity: field(register.capacity),
        multiplier: register.multiplier,
        mostPerHour: field(register.mostPerHour),
      }
    : { low: register.low, high: register.high }
  return {
    quantity: quantity.name,
    ...(quantity.obis === undefined ? {} : { obis: quantity.obis }),
    kind: quantity.kind,
    unit: quantity.fieldUnit,
    ...nature,
    last:
      last === undefined
        ? null
        : { value: field(last.value), at: format(last.at), receivedAt: format(last.receivedAt) },
  }
}
