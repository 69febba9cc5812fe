// One value of a reading: its name looked up in the vocabulary, its number taken as the field wrote it, in base units.

import { fitsBase, quantityNamed, toBase, type Quantity } from '@parkpulse/metering'
import { shown } from './foreign.ts'
import type { RefusalCheck } from './outcome.ts'

export type ReadValue =
  | { readonly kind: 'value'; readonly quantity: Quantity; readonly value: number }
  | { readonly kind: 'refused'; readonly check: RefusalCheck; readonly detail: string }

/** Decimal digits as meters print them, leading zeros included. No comma, no sign of plus, no hexadecimal, no spaces. */
const DECIMAL = /^-?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?$/

/** The value under a name or OBIS code: a number, or a text of decimal digits. */
export const readValue = (name: string, json: unknown): ReadValue => {
  const quantity = quantityNamed(name)
  if (quantity === undefined) return refuse('unknown-quantity', 'not in the vocabulary')
  const number = numberOf(json)
  if (number === undefined) return refuse('not-a-number', `${shown(json)} is not a decimal number`)
  if (!Number.isFinite(number)) return refuse('not-finite', 'beyond what a number can hold')
  if (!fitsBase(quantity, number)) return refuse('too-big', `${number} ${quantity.fieldUnit} has no exact value`)
  // + 0 turns −0 into 0
  return { kind: 'value', quantity, value: toBase(quantity, number) + 0 }
}

const numberOf = (json: unknown): number | undefined => {
  if (typeof json === 'number') return json
  return typeof json === 'string' && DECIMAL.test(json) ? Number(json) : undefined
}

const refuse = (check: RefusalCheck, detail: string): ReadValue => ({ kind: 'refused', check, detail })
