// Between the unit of the field (kWh, m³, t) and the integers of the house (Wh, litre, gram): once in, once out.

import type { Quantity } from './vocabulary.ts'

/**
 * A double carries 53 bits; after one multiplication up to 2^49 its error is below 1/8, so that rounding gives
 * the very integer that the decimal digits mean. Above that the digits themselves are shifted.
 */
const ROUNDING_IS_EXACT_BELOW = 2 ** 49

/**
 * A value of the field in base units. Cumulative: the integer that the decimal digits mean (`1234567.89 kWh` is
 * `1234567890 Wh`); what is finer than a base unit is rounded half up. Momentary: the value itself.
 * Throws a RangeError for what is no number or, in base units, beyond 2^53 − 1.
 */
export const toBase = (quantity: Quantity, fieldValue: number): number => {
  if (!fitsBase(quantity, fieldValue))
    throw new RangeError(`${fieldValue} ${quantity.fieldUnit} has no exact base value`)
  if (quantity.kind === 'momentary') return fieldValue
  const product = fieldValue * quantity.basePerField
  if (Math.abs(product) < ROUNDING_IS_EXACT_BELOW) return Math.round(product) + 0
  return shifted(fieldValue, quantity.basePerField)
}

/** Whether `toBase` has an answer: a finite number, and for cumulative quantities an exact integer in base units. */
export const fitsBase = (quantity: Quantity, fieldValue: number): boolean => {
  if (quantity.kind === 'momentary') return Number.isFinite(fieldValue)
  return Math.abs(fieldValue) * quantity.basePerField <= Number.MAX_SAFE_INTEGER
}

/** A base value in the field's unit: the double nearest to the decimal, so that it prints as the meter showed it. */
export const fromBase = (quantity: Quantity, base: number): number => base / quantity.basePerField

/** The shortest decimal digits of a double (at least 2^49 / 10^6 here, so never in exponent form), times a factor. */
const shifted = (fieldValue: number, basePerField: number): number => {
  const [whole = '0', fraction = ''] = String(Math.abs(fieldValue)).split('.')
  const scale = 10n ** BigInt(fraction.length)
  const scaled = BigInt(whole + fraction) * BigInt(basePerField)
  return Math.sign(fieldValue) * Number((scaled + scale / 2n) / scale)
}
