// The closed vocabulary: every quantity that a meter may speak of, as rows of vocabulary.json, checked when they are loaded.

import type { Commodity } from './register.ts'
import rows from './vocabulary.json' with { type: 'json' }
import { vocabularyProblems } from './vocabulary-rows.ts'

/**
 * How far a fact can be trusted: `V1` read in the original, `V2` confirmed by an independent second source,
 * `MEM` from experience: a sensible default that a person should replace by the meter's own data sheet.
 */
export type Mark = 'V1' | 'V2' | 'MEM'
export type Source = { readonly title: string; readonly mark: Mark }
export type Label = { readonly vi: string; readonly en: string }

type Row = {
  /** `[a-z0-9_]`, the unit at the end. */
  readonly name: string
  /** OBIS short code C.D.E, where there is one. */
  readonly obis?: string
  /** What may flow past a meter that shows this. */
  readonly commodities: readonly Commodity[]
  readonly fieldUnit: string
  readonly baseUnit: string
  /** Exact: base units in one field unit; 1 for momentary quantities. */
  readonly basePerField: number
  readonly defaultsSource: Source
  /** For screens. */
  readonly label: Label
  readonly source: Source
}

/** What a register of this quantity is taken for where nobody said better; all three in the field unit. */
export type CumulativeDefaults = {
  readonly resolution: number
  readonly capacity: number
  readonly mostPerHour: number
}
/** The range outside of which a value is refused where nobody said better; in the field unit. */
export type MomentaryDefaults = { readonly low: number; readonly high: number }

export type CumulativeQuantity = Row & { readonly kind: 'cumulative'; readonly defaults: CumulativeDefaults }
export type MomentaryQuantity = Row & { readonly kind: 'momentary'; readonly defaults: MomentaryDefaults }
export type Quantity = CumulativeQuantity | MomentaryQuantity

/** Rows as quantities, frozen. Throws one error that names every bad row. */
export const readVocabulary = (unknownRows: unknown): readonly Quantity[] => {
  const problems = vocabularyProblems(unknownRows)
  if (problems.length > 0) throw new Error(`vocabulary refused:\n${problems.join('\n')}`)
  return Object.freeze((unknownRows as Quantity[]).map((row) => Object.freeze(row)))
}

/** All quantities, in the order in which they are shown. */
export const vocabulary: readonly Quantity[] = readVocabulary(rows)

const byName: ReadonlyMap<string, Quantity> = new Map(
  vocabulary.flatMap((quantity) =>
    [quantity.name, quantity.obis].filter((key) => key !== undefined).map((key) => [key, quantity] as const),
  ),
)

/**
 * The quantity of this name or OBIS short code; with a commodity, only if such a meter may speak of it.
 * Names and codes are unique in the whole vocabulary, so that a message can be read before its meter is known.
 */
export const quantityNamed = (nameOrObis: string, commodity?: Commodity): Quantity | undefined => {
  const quantity = byName.get(nameOrObis)
  if (quantity === undefined || commodity === undefined) return quantity
  return quantity.commodities.includes(commodity) ? quantity : undefined
}
