// Parts of questions and answers that many routes share: places, instants, periods, pages. Everything a caller sends passes here.

import { isId, quantityNamed, vocabulary, type Instant, type Period } from '@parkpulse/metering'
import { z } from 'zod'
import { badInput } from './problem.ts'
import { parseInstant } from './zone.ts'

export const idSchema = z
  .string()
  .refine(isId, 'must be an id: [a-z0-9][a-z0-9-]{0,39}')
  .meta({ examples: ['nam-cau-kien'] })

/** `1` … `maxParts` ids with slashes between. */
const pathOf = (partsMin: number, partsMax: number, shape: string) =>
  z.string().refine((text) => {
    const parts = text.split('/')
    return parts.length >= partsMin && parts.length <= partsMax && parts.every(isId)
  }, `must be ${shape}`)

/** A whole meter, where one is needed. */
export const meterPathSchema = pathOf(3, 3, 'park/site/meter').meta({
  description: 'park/site/meter',
  examples: ['nam-cau-kien/steel-1/main'],
})

/** A place as the ledger knows it; absent: all within reach. */
export const placePathSchema = pathOf(1, 3, 'park, park/site or park/site/meter')
  .optional()
  .meta({ description: 'park, park/site or park/site/meter; left out: everything within reach' })

/** Narrowing by place: ids, or whole paths for site and meter. */
export const placeFields = {
  park: idSchema.optional(),
  site: pathOf(1, 2, 'an id or park/site').optional().meta({ description: 'Site id, or park/site' }),
  meter: pathOf(1, 3, 'an id, site/meter or park/site/meter').optional().meta({ description: 'Meter id, or its path' }),
}

type PlaceQuery = {
  readonly park?: string | undefined
  readonly site?: string | undefined
  readonly meter?: string | undefined
}

/** The ids that a caller named in any of the ways; naming two different ones for the same is a problem. */
export function placeFilter({ park, site, meter }: PlaceQuery): { park?: string; site?: string; meter?: string } {
  const inMeter = meter?.split('/') ?? []
  const inSite = site?.split('/') ?? []
  const parks = [park, inSite.at(-2), inMeter.at(-3)].filter((id) => id !== undefined)
  const sites = [inSite.at(-1), inMeter.at(-2)].filter((id) => id !== undefined)
  if (new Set(parks).size > 1) throw badInput({ field: 'park', problem: `two parks are named: ${parks.join(', ')}` })
  if (new Set(sites).size > 1) throw badInput({ field: 'site', problem: `two sites are named: ${sites.join(', ')}` })
  const [parkId, siteId, meterId] = [parks[0], sites[0], inMeter.at(-1)]
  return {
    ...(parkId === undefined ? {} : { park: parkId }),
    ...(siteId === undefined ? {} : { site: siteId }),
    ...(meterId === undefined ? {} : { meter: meterId }),
  }
}

const INSTANT_FORM = 'RFC 3339 with a zone, or integer milliseconds since 1970'

export const instantSchema = z
  .string()
  .max(40)
  .transform((text, context): Instant => {
    const at = parseInstant(text)
    if (at !== undefined) return at
    context.addIssue({ code: 'custom', message: `must be ${INSTANT_FORM}` })
    return z.NEVER
  })
  .meta({ description: INSTANT_FORM, examples: ['2026-11-22T00:00:00+07:00'] })

/** An instant in an answer. */
export const timeSchema = z.string().meta({ format: 'date-time', examples: ['2026-11-22T08:00:00+07:00'] })

export const pageSizeSchema = (most: number, usual: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, `must be a whole number from 1 to ${most}`)
    .transform(Number)
    .refine((size) => size >= 1 && size <= most, `must be a whole number from 1 to ${most}`)
    .default(usual)
    .meta({ description: `Items on a page, 1 to ${most}; ${usual} when left out` })

/** A name of the vocabulary or its OBIS short code, as the quantity's name. */
export const quantitySchema = z
  .string()
  .transform((text, context): string => {
    const quantity = quantityNamed(text)
    if (quantity !== undefined) return quantity.name
    context.addIssue({ code: 'custom', message: 'is not a quantity of the vocabulary (GET /api/v1/vocabulary)' })
    return z.NEVER
  })
  .meta({ description: 'A name or OBIS code of the vocabulary', examples: ['active_energy_import_kwh'] })

export const commoditySchema = z.enum(vocabulary.flatMap(({ commodities }) => commodities).filter(isFirst))

function isFirst<T>(value: T, index: number, all: readonly T[]): boolean {
  return all.indexOf(value) === index
}

/** The half-open period between `from` and `to`. Throws a problem that names the field. */
export function periodOf({ from, to }: { readonly from: Instant; readonly to: Instant }, longestMs: number): Period {
  if (to <= from) throw badInput({ field: 'to', problem: 'must be after from' })
  if (to - from > longestMs)
    throw badInput({ field: 'to', problem: `the period is longer than ${longestMs / DAY_MS} days, the most at once` })
  return { from, until: to }
}

export const DAY_MS = 86_400_000
