// GET conflicts: where another value came for an instant that had one; the later one won, both are on record.

import { z } from 'zod'
import { fromBase, type Period } from '@parkpulse/metering'
import type { Conflict } from '@parkpulse/store'
import type { App } from '../app-type.ts'
import { cursorSchema, nextCursorSchema, readCursor, writeCursor } from '../cursor.ts'
import { choose, type Entry } from '../directory.ts'
import type { Doors } from '../doors.ts'
import { holderOf } from '../gate.ts'
import {
  DAY_MS,
  instantSchema,
  pageSizeSchema,
  periodOf,
  placeFields,
  placeFilter,
  quantitySchema,
  timeSchema,
} from '../query.ts'

const CONFLICTS_PER_PAGE_MAX = 1_000
const PERIOD_DAYS_MAX = 400
/** One question each; a page ends there when they had nothing to tell. */
const REGISTERS_PER_PAGE_MAX = 500

const conflictSchema = z.object({
  park: z.string(),
  site: z.string(),
  meter: z.string(),
  quantity: z.string(),
  unit: z.string(),
  at: timeSchema.meta({ description: 'Measured at' }),
  valueBefore: z.number().meta({ description: 'In `unit`, as shown' }),
  value: z
    .number()
    .meta({ description: 'In `unit`, as shown; the one that counts unless a later conflict replaced it' }),
})

const query = z.strictObject({
  ...placeFields,
  quantity: quantitySchema.optional(),
  from: instantSchema.optional().meta({ description: 'Measured at; 24 hours ago when left out' }),
  to: instantSchema.optional().meta({ description: 'Left out: an hour from now' }),
  limit: pageSizeSchema(CONFLICTS_PER_PAGE_MAX, 100),
  cursor: cursorSchema,
})

/** The register, the instant, and how many conflicts of that instant were shown already. */
const startSchema = z.tuple([z.int(), z.int(), z.int()])
type Start = z.output<typeof startSchema>

export const conflictsRoutes = ({ readings, directory, clock }: Pick<Doors, 'readings' | 'directory' | 'clock'>) =>
  async function plugin(app: App): Promise<void> {
    app.get(
      '/conflicts',
      {
        schema: {
          tags: ['ledger'],
          summary: 'Values that replaced another, by register and time',
          querystring: query,
          response: { 200: z.object({ items: z.array(conflictSchema), next: nextCursorSchema }) },
        },
      },
      async (request) => {
        const {
          quantity,
          from = clock.now() - DAY_MS,
          to = clock.now() + DAY_MS / 24,
          limit,
          cursor,
          ...place
        } = request.query
        const period = periodOf({ from, to }, PERIOD_DAYS_MAX * DAY_MS)
        const chosen = new Set(choose(directory(), holderOf(request).reach, placeFilter(place)).meters)
        const entries = [...directory().entries.values()]
          .filter((entry) => chosen.has(entry.meter) && (quantity === undefined || entry.quantity.name === quantity))
          .toSorted((a, b) => a.register.id - b.register.id)
        const start = readCursor('conflicts', startSchema, cursor)
        const page = await pageOfConflicts(readings, { entries, period, start, limit })
        return page.next === undefined
          ? { items: page.items }
          : { items: page.items, next: writeCursor('conflicts', page.next) }
      },
    )
  }

type Question = {
  readonly entries: readonly Entry[]
  readonly period: Period
  readonly start: Start | undefined
  readonly limit: number
}

async function pageOfConflicts(
  readings: Pick<Doors['readings'], 'conflicts'>,
  { entries, period, start, limit }: Question,
) {
  const items: ReturnType<typeof conflictItem>[] = []
  const left = entries.filter(({ register }) => start === undefined || register.id >= start[0])
  for (const [index, entry] of left.entries()) {
    const { id } = entry.register
    if (index >= REGISTERS_PER_PAGE_MAX) return { items, next: [id, period.from, 0] satisfies Start }
    const [, from, shown] = start?.[0] === id ? start : [id, period.from, 0]
    const room = limit - items.length
    const found = (await readings.conflicts(id, { ...period, from }, shown + room + 1)).slice(shown)
    const page = found.slice(0, room)
    items.push(...page.map((conflict) => conflictItem(entry, conflict)))
    if (found.length > room) return { items, next: nextStart(id, { from, shown }, page) }
  }
  return { items }
}

function nextStart(
  id: number,
  start: { readonly from: number; readonly shown: number },
  page: readonly Conflict[],
): Start {
  const at = page.at(-1)?.at ?? start.from
  const again = page.filter((conflict) => conflict.at === at).length
  return [id, at, at === start.from ? start.shown + again : again]
}

const conflictItem = ({ meter, quantity, zone }: Entry, { at, valueBefore, value }: Conflict) => ({
  park: meter.park,
  site: meter.site,
  meter: meter.id,
  quantity: quantity.name,
  unit: quantity.fieldUnit,
  at: zone.format(at),
  valueBefore: fromBase(quantity, valueBefore),
  value: fromBase(quantity, value),
})
