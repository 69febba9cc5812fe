// GET ledger, rejections, refusals: what became of everything that was received, and what could not be taken.

import { z } from 'zod'
import { HOUR_MS, hourOf, type Instant, type Period } from '@parkpulse/metering'
import type { Reach } from '@parkpulse/registry'
import type { LedgerLine, Refusal, StoredRejection } from '@parkpulse/store'
import { relate } from '../access.ts'
import type { App } from '../app-type.ts'
import { cursorSchema, nextCursorSchema, readCursor, writeCursor } from '../cursor.ts'
import type { Directory } from '../directory.ts'
import type { Doors } from '../doors.ts'
import { holderOf } from '../gate.ts'
import { notFound } from '../problem.ts'
import { DAY_MS, instantSchema, pageSizeSchema, periodOf, placePathSchema, timeSchema } from '../query.ts'
import { zoneNamed, type Zone } from '../zone.ts'

const LEDGER_DAYS_MAX = 400
const ROWS_PER_PAGE_MAX = 1_000
/** Enough for a person to see what it was. */
const PAYLOAD_CHARACTERS_SHOWN = 1_000

const count = z.int().meta({ description: 'Values' })

const lineSchema = z.object({
  place: z.string().meta({ description: 'As asked; empty: everything' }),
  from: timeSchema,
  to: timeSchema,
  received: count,
  stored: count,
  repeated: count,
  conflicting: count,
  rejected: count,
  refused: count,
  pending: count.meta({ description: 'Waiting for their meter to be registered' }),
  balanced: z
    .boolean()
    .meta({ description: 'received = stored + repeated + conflicting + rejected + refused + pending' }),
})

const rejectionSchema = z.object({
  id: z.int(),
  receivedAt: timeSchema,
  place: z.string(),
  topic: z.string(),
  principal: z.string(),
  reason: z.string().meta({ examples: ['not-json'] }),
  detail: z.string(),
  values: z.int().meta({ description: 'How many values it held; 1 where that is unknown' }),
  state: z.enum(['waiting', 'rejected', 'replayed']),
  payload: z.string().meta({ description: `Its first ${PAYLOAD_CHARACTERS_SHOWN} characters` }),
})

const refusalSchema = z.object({
  id: z.int(),
  receivedAt: timeSchema,
  place: z.string(),
  topic: z.string(),
  check: z.string().meta({ examples: ['out-of-range'] }),
  detail: z.string(),
})

const ledgerQuery = z.strictObject({
  place: placePathSchema,
  from: instantSchema
    .optional()
    .meta({ description: 'Of receipt, widened to the full hour; 24 hours ago when left out' }),
  to: instantSchema.optional().meta({ description: 'Widened to the full hour; now when left out' }),
  by: z.enum(['hour', 'total']).default('total'),
})
const pageQuery = z.strictObject({
  place: placePathSchema,
  limit: pageSizeSchema(ROWS_PER_PAGE_MAX, 100),
  cursor: cursorSchema,
})
const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: nextCursorSchema })

export const ledgerRoutes = ({ readings, directory, clock }: Pick<Doors, 'readings' | 'directory' | 'clock'>) =>
  async function plugin(app: App): Promise<void> {
    app.get(
      '/ledger',
      {
        schema: {
          tags: ['ledger'],
          summary: 'What became of every value that was received',
          querystring: ledgerQuery,
          response: { 200: z.object({ items: z.array(lineSchema) }) },
        },
      },
      async (request) => {
        const { from = clock.now() - DAY_MS, to = clock.now(), by } = request.query
        const place = placeWithin(holderOf(request).reach, request.query.place)
        const period = wholeHours(periodOf({ from, to }, LEDGER_DAYS_MAX * DAY_MS))
        const lines = await readings.ledger(place, period)
        const { format } = zoneOf(directory(), place)
        if (by === 'total') return { items: [lineItem({ place, ...period, format }, lines)] }
        const hours = [...Map.groupBy(lines, ({ hour }) => hour)].sort(([a], [b]) => a - b)
        return {
          items: hours.map(([hour, some]) => lineItem({ place, from: hour, until: hour + HOUR_MS, format }, some)),
        }
      },
    )
    app.get(
      '/rejections',
      {
        schema: {
          tags: ['ledger'],
          summary: 'Messages that could not be turned into readings, newest first',
          querystring: pageQuery,
          response: { 200: pageOf(rejectionSchema) },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query
        const place = placeWithin(holderOf(request).reach, request.query.place)
        const rows = await readings.rejections(place, readCursor('rejections', z.int(), cursor), limit)
        const items = rows.map((row) => rejectionItem(row, zoneOf(directory(), row.place)))
        return rows.length < limit ? { items } : { items, next: writeCursor('rejections', rows.at(-1)?.id) }
      },
    )
    app.get(
      '/refusals',
      {
        schema: {
          tags: ['ledger'],
          summary: 'Values that failed a check, newest first',
          querystring: pageQuery,
          response: { 200: pageOf(refusalSchema) },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query
        const place = placeWithin(holderOf(request).reach, request.query.place)
        const rows = await readings.refusals(place, readCursor('refusals', z.int(), cursor), limit)
        const items = rows.map((row) => refusalItem(row, zoneOf(directory(), row.place)))
        return rows.length < limit ? { items } : { items, next: writeCursor('refusals', rows.at(-1)?.id) }
      },
    )
  }

/** The ledger is kept by the hour: a period that begins or ends within one is widened to it, and the answer says so. */
const wholeHours = ({ from, until }: Period): Period => ({
  from: hourOf(from),
  until: Math.ceil(until / HOUR_MS) * HOUR_MS,
})

/** The time of the park, or of the world where no single park is spoken of. */
const zoneOf = ({ zones }: Directory, place: string): Zone => zones.get(place.split('/')[0] ?? '') ?? zoneNamed('UTC')

/** The place that was asked for, cut to the reach; empty: everything. Throws when both have nothing in common. */
export function placeWithin(reach: Reach, place: string | undefined): string {
  const whole = reach.kind === 'installation' ? '' : reach.kind === 'park' ? reach.park : `${reach.park}/${reach.site}`
  if (place === undefined) return whole
  const [park = '', site] = place.split('/')
  const relation = relate(reach, site === undefined ? { kind: 'park', park } : { kind: 'site', park, site })
  if (relation === 'apart') throw notFound(`Place ${place}`)
  return relation === 'covers' ? place : whole
}

type LineOf = {
  readonly place: string
  readonly from: Instant
  readonly until: Instant
  readonly format: (at: Instant) => string
}
const COLUMNS = ['received', 'stored', 'repeated', 'conflicting', 'rejected', 'refused', 'pending'] as const

function lineItem({ place, from, until, format }: LineOf, lines: readonly LedgerLine[]) {
  const total = (column: (typeof COLUMNS)[number]): number => lines.reduce((sum, line) => sum + line[column], 0)
  const [received, stored, repeated] = [total('received'), total('stored'), total('repeated')]
  const [conflicting, rejected, refused, pending] = [
    total('conflicting'),
    total('rejected'),
    total('refused'),
    total('pending'),
  ]
  const balanced = received === stored + repeated + conflicting + rejected + refused + pending
  const counts = { received, stored, repeated, conflicting, rejected, refused, pending }
  return { place, from: format(from), to: format(until), ...counts, balanced }
}

function rejectionItem(row: StoredRejection, { format }: Zone) {
  const { id, place, topic, principal, reason, detail, values, state } = row
  const payload = Buffer.from(row.payload).toString('utf8').slice(0, PAYLOAD_CHARACTERS_SHOWN)
  return { id, receivedAt: format(row.receivedAt), place, topic, principal, reason, detail, values, state, payload }
}

const refusalItem = ({ id, receivedAt, place, topic, check, detail }: Refusal & { id: number }, { format }: Zone) => ({
  id,
  receivedAt: format(receivedAt),
  place,
  topic,
  check,
  detail,
})
