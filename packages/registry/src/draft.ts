// A draft: what a change would make of the book. Everything is decided here, in memory; write.ts only writes it down.

import type { Rule } from '@parkpulse/alerting'
import type { Instant, Register, RegisterId } from '@parkpulse/metering'
import { isDeepStrictEqual } from 'node:util'
import { meterKey, serialKey, siteKey, type Book } from './book.ts'
import type { Meter, Park, RetiredRegister, Site } from './model.ts'
import type { MeterSpec, Put } from './ports.ts'
import type { Problem } from './problem.ts'
import { wantedRegisters, type Unnumbered } from './registers.ts'

export type Draft = {
  readonly book: Book
  /** When the change is made. */
  readonly at: Instant
  /** The last register id given, in this draft or before. */
  lastRegister: RegisterId
  /** What is created or changed, by the book's keys. */
  readonly parks: Map<string, Park>
  readonly sites: Map<string, Site>
  readonly meters: Map<string, Meter>
  readonly serials: Map<string, string>
  readonly rules: Map<string, Rule>
}

/** What became of one thing; a thing with problems is not in the draft. */
export type Drafted =
  | { readonly kind: 'put'; readonly put: Put }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }

export const draftOn = (book: Book, lastRegister: RegisterId, at: Instant): Draft => ({
  book,
  at,
  lastRegister,
  parks: new Map(),
  sites: new Map(),
  meters: new Map(),
  serials: new Map(),
  rules: new Map(),
})

export const isUnchanged = (draft: Draft): boolean =>
  draft.parks.size + draft.sites.size + draft.meters.size + draft.rules.size === 0

export const draftPark = (draft: Draft, park: Park): Drafted => put(draft, 'parks', park.id, park)

export const draftSite = (draft: Draft, site: Site): Drafted => {
  if (!has(draft, 'parks', site.park)) return invalid(['park'], `is not registered: ${site.park}`)
  return put(draft, 'sites', siteKey(site.park, site.id), site)
}

/** Registers keep their ids; those no longer listed are retired, and come back under their old id. */
export const draftMeter = (draft: Draft, spec: MeterSpec): Drafted => {
  const before = find(draft, 'meters', meterKey(spec))
  const wanted = wantedRegisters(spec.commodity, spec.registers)
  const problems = [...placeProblems(draft, spec), ...identityProblems(draft, spec, before), ...wanted.problems]
  if (problems.length > 0) return { kind: 'invalid', problems }
  const { serial } = spec
  const meter: Meter = {
    park: spec.park,
    site: spec.site,
    id: spec.id,
    name: spec.name,
    commodity: spec.commodity,
    ...(serial === undefined ? {} : { serial }),
    ...numbered(draft, before, wanted.registers),
  }
  if (before?.serial !== undefined) draft.serials.set(serialKey(spec.park, before.serial), '')
  if (serial !== undefined) draft.serials.set(serialKey(spec.park, serial), meterKey(spec))
  return put(draft, 'meters', meterKey(spec), meter)
}

/** A rule's id is unique in the whole installation, since an alert is named after it. */
export const draftRule = (draft: Draft, rule: Rule): Drafted => {
  const { park, site, meter } = rule.place
  if (!has(draft, 'parks', park)) return invalid(['place', 'park'], `is not registered: ${park}`)
  if (site !== undefined && !has(draft, 'sites', siteKey(park, site)))
    return invalid(['place', 'site'], `is not registered: ${park}/${site}`)
  if (site !== undefined && meter !== undefined && !has(draft, 'meters', meterKey({ park, site, id: meter })))
    return invalid(['place', 'meter'], `is not registered: ${park}/${site}/${meter}`)
  const before = find(draft, 'rules', rule.id)
  if (before !== undefined && before.place.park !== park)
    return invalid(['id'], `is the id of a rule of park ${before.place.park}: ${rule.id}`)
  return put(draft, 'rules', rule.id, rule)
}

const placeProblems = (draft: Draft, { park, site }: MeterSpec): readonly Problem[] => {
  if (!has(draft, 'parks', park)) return [{ path: ['park'], problem: `is not registered: ${park}` }]
  return has(draft, 'sites', siteKey(park, site))
    ? []
    : [{ path: ['site'], problem: `is not registered: ${park}/${site}` }]
}

/** A meter's id stands for one device measuring one thing at one site, or its history would change hands. */
const identityProblems = (draft: Draft, spec: MeterSpec, before: Meter | undefined): readonly Problem[] => {
  const problems: Problem[] = []
  if (before !== undefined && before.commodity !== spec.commodity)
    problems.push({
      path: ['commodity'],
      problem: `was ${before.commodity} and cannot become ${spec.commodity}; register another meter`,
    })
  const owner = spec.serial === undefined ? undefined : find(draft, 'serials', serialKey(spec.park, spec.serial))
  if (owner !== undefined && owner !== '' && owner !== meterKey(spec))
    problems.push({
      path: ['serial'],
      problem: `is the serial of ${owner}; a meter is not moved: give that one another serial (or none) first`,
    })
  return problems
}

const numbered = (
  draft: Draft,
  before: Meter | undefined,
  wanted: readonly Unnumbered[],
): Pick<Meter, 'registers' | 'retired'> => {
  const unlisted = (before?.registers ?? []).map((one): RetiredRegister =>
    Object.assign({}, one, { retiredAt: draft.at }),
  )
  const known = new Map([...unlisted, ...(before?.retired ?? [])].map((one) => [one.quantity, one]))
  const registers = wanted.map((one): Register => {
    const id = known.get(one.quantity)?.id ?? nextRegister(draft)
    known.delete(one.quantity)
    return { ...one, id }
  })
  const retired = [...known.values()].sort(byId)
  return { registers: registers.sort(byId), ...(retired.length === 0 ? {} : { retired }) }
}

const nextRegister = (draft: Draft): RegisterId => {
  draft.lastRegister += 1
  return draft.lastRegister
}

const byId = (one: Register, other: Register): number => one.id - other.id

type Kind = 'parks' | 'sites' | 'meters' | 'serials' | 'rules'
type Of<K extends Kind> = Book[K] extends Map<string, infer T> ? T : never

const find = <K extends Kind>(draft: Draft, kind: K, key: string): Of<K> | undefined =>
  (draft[kind].get(key) ?? draft.book[kind].get(key)) as Of<K> | undefined

const has = (draft: Draft, kind: Kind, key: string): boolean => find(draft, kind, key) !== undefined

const put = <K extends Exclude<Kind, 'serials'>>(draft: Draft, kind: K, key: string, thing: Of<K>): Drafted => {
  const before = find(draft, kind, key)
  if (before !== undefined && isDeepStrictEqual(before, thing)) return { kind: 'put', put: 'unchanged' }
  const things = draft[kind] as unknown as Map<string, Of<K>>
  things.set(key, thing)
  return { kind: 'put', put: before === undefined ? 'created' : 'changed' }
}

const invalid = (path: readonly string[], problem: string): Drafted => ({
  kind: 'invalid',
  problems: [{ path, problem }],
})
