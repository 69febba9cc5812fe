// From a meter's register specs (field units, gaps filled from the vocabulary) to registers in base units.

import {
  fitsBase,
  quantityNamed,
  toBase,
  vocabulary,
  type Commodity,
  type CumulativeQuantity,
  type CumulativeRegister,
  type MomentaryQuantity,
  type MomentaryRegister,
  type Quantity,
} from '@parkpulse/metering'
import type { RegisterSpec } from './ports.ts'
import type { Problem } from './problem.ts'

/** A register that has no number yet. */
export type Unnumbered = Omit<CumulativeRegister, 'id'> | Omit<MomentaryRegister, 'id'>

export type Wanted = { readonly registers: readonly Unnumbered[]; readonly problems: readonly Problem[] }

/** Transformer ratios multiply: 110 000/100 V times 4 000/1 A is 4.4 million. Beyond this it is a slip. */
const MULTIPLIER_MAX = 10_000_000

/** The registers of a meter; without specs, every quantity of the commodity with the vocabulary's defaults. */
export const wantedRegisters = (commodity: Commodity, specs: readonly RegisterSpec[] | undefined): Wanted => {
  const all = vocabulary.filter((quantity) => quantity.commodities.includes(commodity))
  const seen = new Set<string>()
  const read = (specs ?? all.map((quantity) => ({ quantity: quantity.name }))).map((spec, index) => {
    const one = readRegister(spec, commodity)
    const twice = one.quantity !== undefined && seen.has(one.quantity.name)
    if (one.quantity !== undefined) seen.add(one.quantity.name)
    const problems = twice ? [...one.problems, { path: ['quantity'], problem: 'is listed twice' }] : one.problems
    return {
      register: one.register,
      problems: problems.map(({ path, problem }) => ({ path: ['registers', index, ...path], problem })),
    }
  })
  return {
    registers: read.flatMap(({ register }) => (register === undefined ? [] : [register])),
    problems: read.flatMap(({ problems }) => problems),
  }
}

type Read = { readonly quantity?: Quantity; readonly register?: Unnumbered; readonly problems: readonly Problem[] }

const readRegister = (spec: RegisterSpec, commodity: Commodity): Read => {
  const quantity = quantityNamed(spec.quantity, commodity)
  if (quantity === undefined) return { problems: [{ path: ['quantity'], problem: unknownQuantity(spec, commodity) }] }
  const read = quantity.kind === 'cumulative' ? readCumulative(quantity, spec) : readMomentary(quantity, spec)
  return { quantity, ...read }
}

const unknownQuantity = (spec: RegisterSpec, commodity: Commodity): string =>
  quantityNamed(spec.quantity) === undefined
    ? `is not in the vocabulary: ${spec.quantity}`
    : `is no quantity of ${commodity}: ${spec.quantity}`

const readCumulative = (quantity: CumulativeQuantity, spec: RegisterSpec): Omit<Read, 'quantity'> => {
  const { resolution, capacity, mostPerHour, multiplier } = { ...quantity.defaults, multiplier: 1, ...given(spec) }
  const tooFine = (value: number): boolean => !fitsBase(quantity, value) || toBase(quantity, value) < 1
  const inexact = `must be at least 1 ${quantity.baseUnit} and at most 2^53 ${quantity.baseUnit}`
  const problems: Problem[] = [
    ...foreign(spec, ['low', 'high'], 'is for momentary quantities'),
    ...Object.entries({ resolution, capacity, mostPerHour })
      .filter(([, value]) => tooFine(value))
      .map(([name]) => ({ path: [name], problem: inexact })),
    ...(multiplier > MULTIPLIER_MAX ? [{ path: ['multiplier'], problem: `must be at most ${MULTIPLIER_MAX}` }] : []),
    ...(resolution < capacity
      ? []
      : [{ path: ['resolution'], problem: `must be less than the capacity, ${capacity}` }]),
  ]
  if (problems.length > 0) return { problems }
  const base = (value: number): number => toBase(quantity, value)
  const register = {
    kind: 'cumulative' as const,
    quantity: quantity.name,
    resolution: base(resolution),
    capacity: base(capacity),
    multiplier,
    mostPerHour: base(mostPerHour),
  }
  return { register, problems }
}

const readMomentary = (quantity: MomentaryQuantity, spec: RegisterSpec): Omit<Read, 'quantity'> => {
  const { low, high } = { ...quantity.defaults, ...given(spec) }
  const problems = [
    ...foreign(spec, ['resolution', 'capacity', 'multiplier', 'mostPerHour'], 'is for cumulative quantities'),
    ...(low < high ? [] : [{ path: ['low'], problem: `must be less than high, ${high}` }]),
  ]
  if (problems.length > 0) return { problems }
  return { register: { kind: 'momentary', quantity: quantity.name, low, high }, problems }
}

/** What was stated; a key that is there without a value is not. */
const given = (spec: RegisterSpec): Partial<Required<Omit<RegisterSpec, 'quantity'>>> =>
  Object.fromEntries(Object.entries(spec).filter(([, value]) => typeof value === 'number'))

const foreign = (spec: RegisterSpec, names: readonly (keyof RegisterSpec)[], problem: string): readonly Problem[] =>
  names.filter((name) => spec[name] !== undefined).map((name) => ({ path: [name], problem }))
