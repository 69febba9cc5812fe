// What a row of the factor book must look like: each problem in a sentence, and the parsed factor when there is none.

import { BASE_PER_UNIT, decimalRatio, type Factor, type FactorUnit, type Gas, type Mark } from './factor.ts'

export type RowOutcome =
  | { readonly kind: 'factor'; readonly factor: Factor }
  | { readonly kind: 'bad'; readonly problems: readonly string[] }

const GASES: readonly Gas[] = ['co2', 'ch4', 'n2o']
const MARKS: readonly Mark[] = ['V1', 'V2', 'MEM']
const FIELDS = new Set(
  (
    'id quantity gridRegion scope method per gasesKg notIncluded basis from until publishedOn letter source mark status ' +
    'note'
  ).split(' '),
)
const TEXTS = ['quantity', 'gridRegion', 'basis', 'source'] as const
const ID = /^[a-z0-9][a-z0-9-]{0,39}$/
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:00:00(Z|[+-]\d\d:\d\d)$/
const DAY = /^\d{4}-\d\d-\d\d$/

type Row = Readonly<Record<string, unknown>>

/** Parses one row of unknown origin. */
export function readRow(unknownRow: unknown): RowOutcome {
  if (!isRow(unknownRow)) return { kind: 'bad', problems: ['is not an object'] }
  const problems = [...wordProblems(unknownRow), ...gasProblems(unknownRow), ...timeProblems(unknownRow)]
  return problems.length > 0 ? { kind: 'bad', problems } : { kind: 'factor', factor: toFactor(unknownRow) }
}

function wordProblems(row: Row): string[] {
  const problems = Object.keys(row)
    .filter((name) => !FIELDS.has(name))
    .map((name) => `${name} is not a field of a factor`)
  if (!matches(row['id'], ID)) problems.push('id must be [a-z0-9][a-z0-9-]{0,39}')
  for (const name of TEXTS) if (!isText(row[name])) problems.push(`${name} is missing`)
  for (const name of ['letter', 'note'])
    if (row[name] !== undefined && !isText(row[name])) problems.push(`${name} must be text`)
  if (![1, 2, 3].includes(row['scope'] as number)) problems.push('scope must be 1, 2 or 3')
  if (row['method'] !== 'location' && row['method'] !== 'market') problems.push('method must be location or market')
  if (row['method'] === 'market' && row['scope'] !== 2) problems.push('only scope 2 has a market method')
  if (!MARKS.includes(row['mark'] as Mark)) problems.push(`mark (confidence) must be ${MARKS.join(', ')}`)
  if (row['status'] !== 'official' && row['status'] !== 'unverified')
    problems.push('status must be official or unverified')
  if (row['status'] === 'official' && row['mark'] === 'MEM') problems.push('a row from memory (MEM) cannot be official')
  return problems
}

/** Every gas is either given or named as not included: an absent gas is never quietly zero. */
function gasProblems(row: Row): string[] {
  const problems: string[] = []
  if (!Object.hasOwn(BASE_PER_UNIT, String(row['per'])))
    problems.push(`per must be ${Object.keys(BASE_PER_UNIT).join(', ')}`)
  const masses = isRow(row['gasesKg']) ? row['gasesKg'] : {}
  const left: readonly unknown[] = Array.isArray(row['notIncluded']) ? row['notIncluded'] : []
  for (const gas of GASES) {
    const given = Object.hasOwn(masses, gas)
    if (given === left.includes(gas)) problems.push(`${gas} must stand either in gasesKg or in notIncluded`)
    if (given && !isMass(masses[gas])) problems.push(`gasesKg.${gas} must be a number of kilograms from 0 to 1 000 000`)
  }
  for (const name of [...Object.keys(masses), ...left])
    if (!GASES.includes(name as Gas)) problems.push(`${String(name)} is not a gas of the book`)
  return problems
}

function timeProblems(row: Row): string[] {
  const problems: string[] = []
  for (const name of ['from', 'until'])
    if (!matches(row[name], INSTANT) || Number.isNaN(instant(row[name])))
      problems.push(`${name} must be a full hour with an offset, like 2023-01-01T00:00:00+07:00`)
  if (instant(row['from']) >= instant(row['until'])) problems.push('from must be before until')
  if (row['publishedOn'] !== undefined && !matches(row['publishedOn'], DAY))
    problems.push('publishedOn must be a day, like 2024-12-03')
  return problems
}

function toFactor(row: Row): Factor {
  const { from, until, ...rest } = row
  const checked = rest as Omit<Factor, 'validity' | 'kgPerBase'>
  const base = BASE_PER_UNIT[row['per'] as FactorUnit]
  const ratioOf = (gas: Gas) => decimalRatio(checked.gasesKg[gas] ?? 0, base)
  return Object.freeze({
    ...checked,
    validity: { from: instant(from), until: instant(until) },
    kgPerBase: { co2: ratioOf('co2'), ch4: ratioOf('ch4'), n2o: ratioOf('n2o') },
  })
}

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''
const isMass = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1_000_000
const matches = (value: unknown, pattern: RegExp): boolean => typeof value === 'string' && pattern.test(value)
const instant = (value: unknown): number => (typeof value === 'string' ? Date.parse(value) : Number.NaN)
