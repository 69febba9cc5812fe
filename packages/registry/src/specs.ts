// The shapes in which people describe parks, sites and meters (rules: see rule-text.ts). Strict: a key that is not known is a slip of the
// pen, and a slip in an optional key would otherwise be a silent default.

import { isId } from '@parkpulse/metering'
import { z } from 'zod'

/** A name is for a line on a screen. */
const NAME_LENGTH_MAX = 200
/** More than the whole vocabulary. */
const REGISTERS_PER_METER_MAX = 100

const commodities = [
  'electricity',
  'water',
  'reclaimed-water',
  'wastewater',
  'natural-gas',
  'steam',
  'heat',
  'surroundings',
] as const

/** Said of anything that is not an object at all; unknown keys speak for themselves. */
const shape = {
  error: (issue: { readonly code?: string | undefined }): string | undefined =>
    issue.code === 'invalid_type' ? 'must be an object' : undefined,
}

export const idSpec = z
  .string({ error: 'must be an id (text)' })
  .refine(isId, { error: 'must be an id: a-z, 0-9 and -, at most 40, not beginning with -' })
const name = z
  .string({ error: 'must be a name (text)' })
  .refine((text) => text.trim() !== '' && text.length <= NAME_LENGTH_MAX, {
    error: `must be 1 to ${NAME_LENGTH_MAX} characters`,
  })
const number = z.number({ error: 'must be a finite number' })
const positive = number.refine((value) => value > 0, { error: 'must be more than 0' })
const isTimeZone = (text: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

export const parkSpec = z.strictObject(
  {
    id: idSpec,
    name,
    timeZone: z
      .string({ error: 'must be text' })
      .refine(isTimeZone, { error: 'must be an IANA time zone, such as Asia/Ho_Chi_Minh' }),
    gridRegion: z
      .string({ error: 'must be text' })
      .regex(/^[A-Z]{2}(-[A-Z0-9]{1,10})?$/, { error: 'must be a country or a part of one, such as VN' }),
  },
  shape,
)

export const siteSpec = z.strictObject({ id: idSpec, name }, shape)

/** Field units, see `RegisterSpec`. Which of them a register may have is the quantity's matter. */
const registerSpec = z.strictObject(
  {
    quantity: z.string({ error: 'must be a name of the vocabulary or an OBIS code (text)' }),
    resolution: positive.optional(),
    capacity: positive.optional(),
    multiplier: positive.optional(),
    mostPerHour: positive.optional(),
    low: number.optional(),
    high: number.optional(),
  },
  shape,
)

export const meterSpec = z.strictObject(
  {
    id: idSpec,
    name,
    commodity: z.enum(commodities, { error: `must be one of ${commodities.join(', ')}` }),
    serial: z
      .string({ error: 'must be text (write digits in quotes)' })
      .regex(/^\S.{0,78}\S$|^\S$/, { error: 'must be 1 to 80 characters, without blanks around it' })
      .optional(),
    registers: z
      .array(registerSpec, { error: 'must be a list' })
      .min(1, { error: 'must not be empty; leave it out for all quantities of the commodity' })
      .max(REGISTERS_PER_METER_MAX, { error: `must be at most ${REGISTERS_PER_METER_MAX}` })
      .optional(),
  },
  shape,
)
