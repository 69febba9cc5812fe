// The factor book: all factors by what they speak of, without overlaps; and the one that speaks for an hour.

import { contains } from '@parkpulse/metering'
import gridFactorsVn from '../data/grid-factors-vn.json' with { type: 'json' }
import type { FactorStatus } from './emission.ts'
import type { Factor, FactorQuestion } from './factor.ts'
import { readRow } from './factor-rows.ts'

export type FactorBook = {
  readonly factors: readonly Factor[]
  /** By subject, in order of validity. */
  readonly bySubject: ReadonlyMap<string, readonly Factor[]>
}

export type Found =
  | { readonly kind: 'one'; readonly factor: Factor; readonly status: FactorStatus }
  | { readonly kind: 'none' }
  | { readonly kind: 'several'; readonly ids: readonly string[] }

type Subject = Omit<FactorQuestion, 'at'>
const subjectOf = (of: Subject): string => `${of.quantity} ${of.gridRegion} ${of.scope} ${of.method}`

/**
 * Reads rows (parsed JSON) into a book. Throws one error that names every problem of every row: fields missing or
 * malformed, ids used twice, validities that overlap for the same quantity, region, scope and method.
 */
export function factorBook(rows: unknown): FactorBook {
  if (!Array.isArray(rows)) throw new Error('factor book refused:\nit is not a list of rows')
  const outcomes = (rows as unknown[]).map((row) => ({ row, outcome: readRow(row) }))
  const factors = outcomes.flatMap(({ outcome }) => (outcome.kind === 'factor' ? [outcome.factor] : []))
  const bad = outcomes.flatMap(({ row, outcome }, index) =>
    outcome.kind === 'bad' ? outcome.problems.map((problem) => `${nameOf(row, index)}: ${problem}`) : [],
  )
  const bySubject = sortedBySubject(factors)
  const problems = [...bad, ...twiceProblems(factors), ...[...bySubject.values()].flatMap(overlapProblems)]
  if (problems.length > 0) throw new Error(`factor book refused:\n${problems.join('\n')}`)
  return Object.freeze({ factors: Object.freeze(factors), bySubject })
}

/**
 * The factor whose validity contains `at`. Where none does (its year is not published yet, or was skipped), the latest
 * earlier one with status `provisional` (Circular 38/2023 Art 22: recalculated on publication). Before the first row: none.
 */
export function findFactor(book: FactorBook, question: FactorQuestion): Found {
  const candidates = book.bySubject.get(subjectOf(question)) ?? []
  const speaking = candidates.filter((factor) => contains(factor.validity, question.at))
  if (speaking.length > 1) return { kind: 'several', ids: speaking.map((factor) => factor.id) }
  const own = speaking[0]
  if (own !== undefined) return { kind: 'one', factor: own, status: own.status }
  const earlier = candidates.findLast((factor) => factor.validity.until <= question.at)
  return earlier === undefined ? { kind: 'none' } : { kind: 'one', factor: earlier, status: 'provisional' }
}

function sortedBySubject(factors: readonly Factor[]): ReadonlyMap<string, readonly Factor[]> {
  const groups = Map.groupBy(factors, subjectOf)
  for (const group of groups.values()) group.sort((a, b) => a.validity.from - b.validity.from)
  return groups
}

function twiceProblems(factors: readonly Factor[]): string[] {
  const groups = [...Map.groupBy(factors, (factor) => factor.id)]
  return groups
    .filter(([, group]) => group.length > 1)
    .map(([id, group]) => `${id}: the id stands ${group.length} times`)
}

/** Rows in order of `from`: each is held against the one before that reaches furthest. */
function overlapProblems(group: readonly Factor[]): string[] {
  const problems: string[] = []
  let furthest: Factor | undefined
  for (const factor of group) {
    if (furthest !== undefined && factor.validity.from < furthest.validity.until)
      problems.push(`${furthest.id} and ${factor.id}: their validities overlap`)
    if (furthest === undefined || factor.validity.until > furthest.validity.until) furthest = factor
  }
  return problems
}

function nameOf(row: unknown, index: number): string {
  const id = typeof row === 'object' && row !== null && 'id' in row ? row.id : undefined
  return typeof id === 'string' ? `[${index}] ${id}` : `[${index}]`
}

/** The rows that come with the house: Viet Nam's grid, data years 2014 to 2023. */
export const shippedFactors: FactorBook = factorBook(gridFactorsVn)
