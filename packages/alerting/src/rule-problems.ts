// Whether what a person wrote is a rule: every problem in a sentence that begins with the field.

import { isId, quantityNamed } from '@parkpulse/metering'

/** With `-` and a register's number of up to eleven digits behind it, an alert's id still fits 40 characters. */
const RULE_ID = /^[a-z0-9][a-z0-9-]{0,27}$/
/** Longer than any hold that people wait for, and short enough to catch seconds written as microseconds: 30 days. */
const PATIENCE_MS_MAX = 30 * 24 * 3_600_000
/** A sentence and a link; it travels in each retained message. */
const ADVICE_LENGTH_MAX = 500

const FIELDS = [
  'kind',
  'id',
  'place',
  'quantity',
  'breach',
  'limit',
  'clear',
  'holdMs',
  'keepFiringMs',
  'severity',
  'advice',
]

type Fields = Readonly<Record<string, unknown>>

/** All problems of a rule given as unknown data (parsed JSON or YAML); empty when it is a LimitRule. */
export function ruleProblems(rule: unknown): string[] {
  if (!isFields(rule)) return ['rule: must be an object']
  return [
    ...unknownFields('', rule, FIELDS),
    ...wordProblems(rule),
    ...placeProblems(rule['place']),
    ...quantityProblems(rule['quantity']),
    ...limitProblems(rule),
    ...patienceProblems(rule),
    ...adviceProblems(rule['advice']),
  ]
}

function wordProblems(rule: Fields): string[] {
  const problems: string[] = []
  if (rule['kind'] !== 'limit') problems.push('kind: must be "limit"')
  if (typeof rule['id'] !== 'string' || !RULE_ID.test(rule['id']))
    problems.push('id: must be 1 to 28 of a-z, 0-9 and "-", not beginning with "-"')
  if (rule['breach'] !== 'above' && rule['breach'] !== 'below') problems.push('breach: must be "above" or "below"')
  if (!['info', 'warning', 'critical'].includes(String(rule['severity'])))
    problems.push('severity: must be "info", "warning" or "critical"')
  return problems
}

function placeProblems(place: unknown): string[] {
  if (!isFields(place)) return ['place: must be an object with a park']
  const problems = unknownFields('place.', place, ['park', 'site', 'meter'])
  for (const level of ['park', 'site', 'meter']) {
    const id = place[level]
    if (id === undefined && level !== 'park') continue
    if (typeof id !== 'string' || !isId(id)) problems.push(`place.${level}: must be an id ([a-z0-9][a-z0-9-]{0,39})`)
  }
  if (place['meter'] !== undefined && place['site'] === undefined) problems.push('place.site: must stand with a meter')
  return problems
}

function quantityProblems(name: unknown): string[] {
  const quantity = typeof name === 'string' ? quantityNamed(name) : undefined
  if (quantity === undefined || quantity.name !== name) return ['quantity: must be a name of the vocabulary']
  return quantity.kind === 'momentary' ? [] : ['quantity: must be momentary; a limit on a cumulative one says nothing']
}

function limitProblems(rule: Fields): string[] {
  const { limit, clear, breach } = rule
  const problems: string[] = []
  if (!isNumber(limit)) problems.push('limit: must be a finite number')
  if (!isNumber(clear)) problems.push('clear: must be a finite number (the limit itself where there is no hysteresis)')
  if (!isNumber(limit) || !isNumber(clear)) return problems
  if (breach === 'above' && clear > limit) problems.push('clear: must not be above the limit of a breach "above"')
  if (breach === 'below' && clear < limit) problems.push('clear: must not be below the limit of a breach "below"')
  return problems
}

function patienceProblems(rule: Fields): string[] {
  const wrong = (name: string) => {
    const ms = rule[name]
    return !isNumber(ms) || !Number.isInteger(ms) || ms < 0 || ms > PATIENCE_MS_MAX
  }
  return ['holdMs', 'keepFiringMs']
    .filter(wrong)
    .map((name) => `${name}: must be a whole number of milliseconds from 0 to ${PATIENCE_MS_MAX} (30 days)`)
}

function adviceProblems(advice: unknown): string[] {
  if (!isFields(advice)) return ['advice: must be an object with vi and en']
  const wrong = (lang: string) => {
    const text = advice[lang]
    return typeof text !== 'string' || text.trim() === '' || text.length > ADVICE_LENGTH_MAX
  }
  return [
    ...unknownFields('advice.', advice, ['vi', 'en']),
    ...['vi', 'en'].filter(wrong).map((lang) => `advice.${lang}: must be text of 1 to ${ADVICE_LENGTH_MAX} characters`),
  ]
}

const unknownFields = (prefix: string, fields: Fields, known: readonly string[]): string[] =>
  Object.keys(fields)
    .filter((name) => !known.includes(name))
    .map((name) => `${prefix}${name}: is not a field of a rule`)
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
