// A rule as it stands in a park document: its park is the document's, and people think in minutes.

import { ruleProblems, type Rule } from '@parkpulse/alerting'
import type { Problem } from './problem.ts'

type Fields = Readonly<Record<string, unknown>>

const MINUTE_MS = 60_000
/** What a rule calls what a document writes in minutes. */
const MINUTES: Readonly<Record<string, string>> = { holdMs: 'holdMinutes', keepFiringMs: 'keepFiringMinutes' }

/** alerting's findings, with the field they begin with as a path. */
export const problemsOfRule = (rule: unknown): readonly Problem[] =>
  ruleProblems(rule).map((text) => {
    const [, field, problem] = /^([\w.]+): (.*)$/s.exec(text) ?? []
    if (field === undefined || problem === undefined || field === 'rule') return { path: [], problem: text }
    return { path: field.split('.'), problem }
  })

/**
 * Reads a rule of a document. Left out: `place` means the whole park, `clear` means the limit itself (no hysteresis),
 * `keepFiringMinutes` means 0.
 */
export const readRuleText = (
  text: unknown,
  park: string,
): { readonly rule?: Rule; readonly problems: readonly Problem[] } => {
  if (!isFields(text)) return { problems: [{ path: [], problem: 'must be an object' }] }
  const rule = ruleOf(text, park)
  const problems = [
    ...Object.keys(MINUTES)
      .filter((name) => name in text)
      .map((name) => ({ path: [name], problem: `is not known here; write ${MINUTES[name]}` })),
    ...(isFields(text['place']) && 'park' in text['place']
      ? [{ path: ['place', 'park'], problem: "is not known here; a rule is of the document's park" }]
      : []),
    // A limit that is missing is missing once, though `clear` was to be taken from it.
    ...problemsOfRule(rule)
      .filter(({ path }) => path[0] !== 'clear' || 'clear' in text)
      .map(inMinutes),
  ]
  return problems.length > 0 ? { problems } : { rule: rule as unknown as Rule, problems }
}

const ruleOf = (text: Fields, park: string): Fields => {
  const { holdMinutes, keepFiringMinutes, ...rest } = text
  const place = text['place']
  return {
    ...rest,
    place: place === undefined ? { park } : isFields(place) ? { ...place, park } : place,
    clear: text['clear'] === undefined ? text['limit'] : text['clear'],
    holdMs: milliseconds(holdMinutes),
    keepFiringMs: keepFiringMinutes === undefined ? 0 : milliseconds(keepFiringMinutes),
  }
}

const inMinutes = ({ path, problem }: Problem): Problem => {
  const name = MINUTES[String(path[0])]
  return name === undefined
    ? { path, problem }
    : { path: [name], problem: 'must be minutes, from 0 to 43200 (30 days)' }
}

const milliseconds = (minutes: unknown): unknown =>
  typeof minutes === 'number' ? Math.round(minutes * MINUTE_MS) : minutes

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
