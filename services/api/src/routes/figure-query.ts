// What the questions for consumption and emissions have in common.

import { z } from 'zod'
import { HOUR_MS, isCumulative, quantityNamed } from '@parkpulse/metering'
import type { Reach } from '@parkpulse/registry'
import { cursorSchema, readCursor, writeCursor } from '../cursor.ts'
import { choose, type Directory } from '../directory.ts'
import { FIGURES_PER_PAGE_MAX, PERIOD_MAX_MS, type PageStart } from '../figure-page.ts'
import { badInput } from '../problem.ts'
import {
  commoditySchema,
  instantSchema,
  pageSizeSchema,
  periodOf,
  placeFields,
  placeFilter,
  quantitySchema,
  timeSchema,
} from '../query.ts'

const hourSchema = instantSchema.refine((at) => at % HOUR_MS === 0, 'must be on a full hour')

export const figureFields = {
  interval: z
    .enum(['hour', 'day', 'month'])
    .default('hour')
    .meta({ description: "Days and months are those of the park's time zone" }),
  by: z.enum(['meter', 'site', 'park']).default('meter'),
  ...placeFields,
  commodity: commoditySchema.optional(),
  quantity: quantitySchema
    .refine((name) => quantityNamed(name)?.kind === 'cumulative', 'must be a cumulative quantity')
    .optional(),
  from: hourSchema.meta({ description: 'A full hour; included', examples: ['2026-11-01T00:00:00+07:00'] }),
  to: hourSchema.meta({ description: 'A full hour; not included', examples: ['2026-12-01T00:00:00+07:00'] }),
  limit: pageSizeSchema(FIGURES_PER_PAGE_MAX, 1_000),
  cursor: cursorSchema,
}

const figureQuery = z.strictObject(figureFields)
type FigureQuery = z.output<typeof figureQuery>

export const stretchFields = {
  park: z.string(),
  site: z.string().optional().meta({ description: 'Absent by park' }),
  meter: z.string().optional().meta({ description: 'Absent by park and by site' }),
  from: timeSchema,
  to: timeSchema,
}

export const hoursFields = {
  expected: z.int().meta({ description: 'Hours of the stretch times registers' }),
  missing: z.int().meta({ description: 'Over, without a figure: not zero, not in the sum' }),
  open: z.int().meta({ description: 'Not over yet' }),
}

/** The period and the cumulative registers that a question is about. */
export function chooseRegisters(directory: Directory, reach: Reach, query: FigureQuery) {
  const { interval, commodity, quantity, from, to } = query
  const { park, site, meter } = query
  const chosen = new Set(choose(directory, reach, placeFilter({ park, site, meter })).meters)
  const entries = [...directory.entries.values()].filter(
    (entry) =>
      chosen.has(entry.meter) &&
      isCumulative(entry.register) &&
      (commodity === undefined || entry.meter.commodity === commodity) &&
      (quantity === undefined || entry.quantity.name === quantity),
  )
  return { period: periodOf({ from, to }, PERIOD_MAX_MS[interval]), entries }
}

/** Where the page begins. A cursor belongs to the question that it came from. */
export function startOf(list: string, query: FigureQuery): PageStart | undefined {
  const start = readCursor(cursorKind(list, query), z.object({ key: z.string(), from: z.int() }), query.cursor)
  if (start !== undefined && (start.from < query.from || start.from >= query.to || start.from % HOUR_MS !== 0))
    throw badInput({ field: 'cursor', problem: 'is not a cursor of this list' })
  return start
}

export const nextOf = (list: string, query: FigureQuery, next: PageStart): string =>
  writeCursor(cursorKind(list, query), next)

const cursorKind = (list: string, { interval, by, from, to }: FigureQuery): string =>
  [list, interval, by, from, to].join(' ')

export function placeOf({
  park,
  site,
  meter,
}: {
  readonly park: string
  readonly site?: string
  readonly meter?: string
}) {
  return { park, ...(site === undefined ? {} : { site }), ...(meter === undefined ? {} : { meter }) }
}
