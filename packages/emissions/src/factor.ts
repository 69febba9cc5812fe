// A factor: the mass of each gas for one unit of activity, as a dated row of the book with its source.

import type { Instant, Period } from '@parkpulse/metering'
import type { FactorStatus, Method, Scope } from './emission.ts'

export type Gas = 'co2' | 'ch4' | 'n2o'

/** V1: read in the original. V2: confirmed by an independent second source. MEM: from memory, not for filing. */
export type Mark = 'V1' | 'V2' | 'MEM'

/** Base units (Wh) in the unit that a row speaks of. */
export const BASE_PER_UNIT = { Wh: 1, kWh: 1_000, MWh: 1_000_000 } as const
export type FactorUnit = keyof typeof BASE_PER_UNIT

/** A rational with integer parts, so that activity × factor is rounded once, by the division. */
export type Ratio = { readonly over: number; readonly under: number }

/** A row of the book, parsed. */
export type Factor = {
  readonly id: string
  readonly quantity: string
  readonly gridRegion: string
  readonly scope: Scope
  readonly method: Method
  readonly per: FactorUnit
  /** As published, kilograms of each gas for one `per`; a gas that is not here stands in `notIncluded`. */
  readonly gasesKg: Readonly<Partial<Record<Gas, number>>>
  readonly notIncluded: readonly Gas[]
  /** The same for one base unit, exact. */
  readonly kgPerBase: Readonly<Record<Gas, Ratio>>
  /** What the unit of activity means, and by which method the factor was made. */
  readonly basis: string
  readonly validity: Period
  readonly publishedOn?: string
  readonly letter?: string
  readonly source: string
  readonly mark: Mark
  /** Of the row itself; `provisional` arises only when a row speaks for a later year. */
  readonly status: Exclude<FactorStatus, 'provisional'>
  readonly note?: string
}

/** When, where and for what a factor is wanted. */
export type FactorQuestion = {
  readonly quantity: string
  readonly gridRegion: string
  readonly at: Instant
  readonly scope: Scope
  readonly method: Method
}

/**
 * A decimal number as the fraction that its shortest notation says: 659.2 is 6592/10, not 659.2000000000000455.
 * For finite numbers that are not negative.
 */
export function decimalRatio(value: number, under: number): Ratio {
  const [digits = '', exponent = '0'] = String(value).toLowerCase().split('e')
  const [whole = '', decimals = ''] = digits.split('.')
  const shift = decimals.length - Number(exponent)
  const over = Number(whole + decimals)
  return shift >= 0 ? { over, under: under * 10 ** shift } : { over: over * 10 ** -shift, under }
}
