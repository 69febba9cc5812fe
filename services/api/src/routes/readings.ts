// GET readings: what one register showed, as it showed it.

import { z } from 'zod'
import { fromBase, isCumulative, type Instant, type Reading } from '@parkpulse/metering'
import type { App } from '../app-type.ts'
import { cursorSchema, nextCursorSchema, readCursor, writeCursor } from '../cursor.ts'
import { chooseRegister, meterPath, type Entry } from '../directory.ts'
import type { Doors } from '../doors.ts'
import { holderOf } from '../gate.ts'
import {
  DAY_MS,
  instantSchema,
  meterPathSchema,
  pageSizeSchema,
  periodOf,
  quantitySchema,
  timeSchema,
} from '../query.ts'
import { zoneNamed } from '../zone.ts'

/** About 3 MB of JSON, in some 50 ms. */
const READINGS_PER_PAGE_MAX = 10_000
/** Paging bounds the work; this only catches slips of the keyboard. */
const PERIOD_DAYS_MAX = 3_660

const query = z.strictObject({
  meter: meterPathSchema,
  quantity: quantitySchema,
  from: instantSchema,
  to: instantSchema,
  limit: pageSizeSchema(READINGS_PER_PAGE_MAX, 1_000),
  cursor: cursorSchema,
})

const readingSchema = z.object({
  at: timeSchema.meta({ description: 'Measured at' }),
  value: z
    .number()
    .meta({ description: 'In `unit`, as shown by the register (before the multiplier)', examples: [1234567.89] }),
})

const answer = z.object({
  meter: z.string(),
  quantity: z.string(),
  unit: z.string().meta({ examples: ['kWh'] }),
  kind: z.enum(['cumulative', 'momentary']),
  multiplier: z
    .number()
    .optional()
    .meta({ description: 'What the shown value is multiplied by for the real quantity; cumulative only' }),
  items: z.array(readingSchema),
  next: nextCursorSchema,
})

export const readingsRoutes = ({ readings, directory }: Pick<Doors, 'readings' | 'directory'>) =>
  async function plugin(app: App): Promise<void> {
    app.get(
      '/readings',
      {
        schema: {
          tags: ['readings'],
          summary: 'Readings of one register, in order of time',
          querystring: query,
          response: { 200: answer },
        },
      },
      async (request) => {
        const { meter: path, quantity, from, to, limit, cursor } = request.query
        const period = periodOf({ from, to }, PERIOD_DAYS_MAX * DAY_MS)
        const entry = chooseRegister(directory(), holderOf(request).reach, request.query)
        const start = readCursor(`readings ${path} ${quantity}`, z.int(), cursor) ?? period.from
        const found = await readings.readings(entry.register.id, { from: start, until: period.until }, limit + 1)
        const page = found.slice(0, limit)
        const last = page.at(-1)
        const { quantity: named, register, zone } = entry
        const items = page.map(({ at, value }) => ({ at: zone.format(at), value: fromBase(named, value) }))
        const base = { meter: path, quantity, unit: named.fieldUnit, kind: named.kind, items }
        const multiplied = isCumulative(register) ? { ...base, multiplier: register.multiplier } : base
        if (found.length <= limit || last === undefined) return multiplied
        return { ...multiplied, next: writeCursor(`readings ${path} ${quantity}`, last.at + 1) }
      },
    )
  }

const utc = zoneNamed('UTC')

/** A reading with its place, as the live view tells it. */
export function readingItem(
  entry: Entry | undefined,
  { at, value, receivedAt }: Pick<Reading, 'at' | 'value'> & { receivedAt: Instant },
) {
  if (entry === undefined) return { at: utc.format(at), value, receivedAt: utc.format(receivedAt) }
  const { meter, quantity, zone } = entry
  return {
    park: meter.park,
    site: meter.site,
    meter: meter.id,
    path: meterPath(meter),
    quantity: quantity.name,
    at: zone.format(at),
    value: fromBase(quantity, value),
    unit: quantity.fieldUnit,
    receivedAt: zone.format(receivedAt),
  }
}
