// A park document: YAML or JSON in, a draft of all its things or all its problems with their lines out.

import { LineCounter, parseDocument, isMap, isNode, isScalar, type Document } from 'yaml'
import { z } from 'zod'
import { draftMeter, draftPark, draftRule, draftSite, type Draft, type Drafted } from './draft.ts'
import type { Park } from './model.ts'
import type { Put, SpecProblem } from './ports.ts'
import { below, pathText, zodProblems, type Path, type Problem } from './problem.ts'
import { readRuleText } from './rule-text.ts'
import { meterSpec, parkSpec, siteSpec } from './specs.ts'

/** A park of 84 000 meters with three registers each is about 30 MB of JSON. */
export const DOCUMENT_CHARACTERS_MAX = 64 * 1024 * 1024
/** A person mends the first hundreds before looking at the rest. */
export const PROBLEMS_MAX = 1_000

export type DraftedDocument = { readonly puts: readonly Put[]; readonly problems: readonly SpecProblem[] }

export type ParsedDocument =
  | { readonly kind: 'parsed'; readonly content: unknown; readonly text: string }
  | { readonly kind: 'invalid'; readonly problems: readonly SpecProblem[] }

/** Text to plain data. Syntax errors end it here, each with its line. JSON is read by the faster way. */
export const parseText = (text: string): ParsedDocument => {
  if (text.length > DOCUMENT_CHARACTERS_MAX)
    return syntaxProblem(`must be at most ${DOCUMENT_CHARACTERS_MAX} characters; import it in parts`)
  try {
    // A repeated key is seen by the YAML reader only; it is asked for lines when anything else is wrong, too.
    return { kind: 'parsed', content: JSON.parse(text) as unknown, text }
  } catch {
    return parseYaml(text)
  }
}

const parseYaml = (text: string): ParsedDocument => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0)
    return {
      kind: 'invalid',
      problems: document.errors.slice(0, PROBLEMS_MAX).map((error) => ({
        path: '.',
        line: lines.linePos(error.pos[0]).line,
        problem: error.message,
      })),
    }
  try {
    // Throws when aliases would blow it up (100 by default).
    return { kind: 'parsed', content: document.toJS() as unknown, text }
  } catch (error) {
    return syntaxProblem(error instanceof Error ? error.message : String(error))
  }
}

const syntaxProblem = (problem: string): ParsedDocument => ({ kind: 'invalid', problems: [{ path: '.', problem }] })

/** What the draft makes of the document's things. Where there are problems, the draft must be thrown away. */
export const draftDocument = (
  draft: Draft,
  { content, text }: { readonly content: unknown; readonly text: string },
): DraftedDocument => {
  const found: Found = { puts: [], problems: [] }
  const top = note(found, [], documentShape.safeParse(content))
  if (top !== undefined) draftAll(draft, top, found)
  const shown = found.problems.slice(0, PROBLEMS_MAX)
  const problems = shown.length === 0 ? [] : withLines(text, shown)
  const more = found.problems.length - shown.length
  return {
    puts: found.puts,
    problems: more === 0 ? problems : [...problems, { path: '.', problem: `and ${more} more problems` }],
  }
}

type Found = { readonly puts: Put[]; readonly problems: Problem[] }
type Top = z.infer<typeof documentShape>

const list = z.array(z.unknown(), { error: 'must be a list' })
const object = {
  error: (issue: { readonly code?: string | undefined }): string | undefined =>
    issue.code === 'invalid_type' ? 'must be an object' : undefined,
}
const documentShape = z.strictObject({ park: z.unknown().optional(), sites: list, rules: list.optional() }, object)
/** A site's own fields are looked at with its meters put aside, so that they are checked whatever it lacks itself. */
const siteShape = z.looseObject({ id: z.unknown().optional(), meters: list.optional() }, object)

const draftAll = (draft: Draft, top: Top, found: Found): void => {
  const park = note(found, ['park'], parkSpec.safeParse(top.park))
  // What is below a park that is wrong itself is still checked, under a park that is thrown away with the draft.
  const parent: Park = park ?? { id: '?', name: '?', timeZone: 'UTC', gridRegion: 'VN' }
  const puts = draftPark(draft, parent)
  if (park !== undefined) keep(found, ['park'], puts)
  const seen = new Set<string>()
  for (const [index, site] of top.sites.entries()) draftSiteOf({ draft, found, parent, seen }, site, ['sites', index])
  const ruleIds = new Set<string>()
  for (const [index, text] of (top.rules ?? []).entries()) {
    const { rule, problems } = readRuleText(text, parent.id)
    found.problems.push(...below(['rules', index], problems))
    if (rule === undefined || isTwice(found, ruleIds, { id: rule.id, path: ['rules', index, 'id'] })) continue
    keep(found, ['rules', index], draftRule(draft, rule))
  }
}

type Work = { readonly draft: Draft; readonly found: Found; readonly parent: Park; readonly seen: Set<string> }

const draftSiteOf = ({ draft, found, parent, seen }: Work, raw: unknown, path: Path): void => {
  const parts = note(found, path, siteShape.safeParse(raw))
  if (parts === undefined) return
  const { meters = [], ...own } = parts
  const read = note(found, path, siteSpec.safeParse(own))
  if (read !== undefined && isTwice(found, seen, { id: read.id, path: [...path, 'id'] })) return
  const site = { park: parent.id, ...(read ?? { id: `?${path.join('.')}`, name: '?' }) }
  const outcome = draftSite(draft, site)
  if (read !== undefined) keep(found, path, outcome)
  const meterIds = new Set<string>()
  for (const [index, text] of meters.entries()) {
    const at = [...path, 'meters', index]
    const spec = note(found, at, meterSpec.safeParse(text))
    if (spec === undefined || isTwice(found, meterIds, { id: spec.id, path: [...at, 'id'] })) continue
    keep(found, at, draftMeter(draft, { ...withoutUndefined(spec), park: parent.id, site: site.id }))
  }
}

/** `exactOptionalPropertyTypes`: zod says `| undefined` where a key may be missing. */
const withoutUndefined = (spec: z.infer<typeof meterSpec>): Omit<Parameters<typeof draftMeter>[1], 'park' | 'site'> =>
  spec as Omit<Parameters<typeof draftMeter>[1], 'park' | 'site'>

const isTwice = (
  found: Found,
  seen: Set<string>,
  { id, path }: { readonly id: string; readonly path: Path },
): boolean => {
  if (seen.has(id)) found.problems.push({ path, problem: `is listed twice: ${id}` })
  const twice = seen.has(id)
  seen.add(id)
  return twice
}

const note = <T>(found: Found, path: Path, read: z.ZodSafeParseResult<T>): T | undefined => {
  if (read.success) return read.data
  found.problems.push(...below(path, zodProblems(read.error)))
  return undefined
}

const keep = (found: Found, path: Path, drafted: Drafted): void => {
  if (drafted.kind === 'put') found.puts.push(drafted.put)
  else found.problems.push(...below(path, drafted.problems))
}

/** The YAML reader also reads JSON and knows where everything stands. */
const withLines = (text: string, problems: readonly Problem[]): readonly SpecProblem[] => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  return problems.map(({ path, problem }) => {
    const offset = offsetOf(document, path)
    const place = { path: pathText(path), problem }
    return offset === undefined ? place : { ...place, line: lines.linePos(offset).line }
  })
}

/** Where the key (in a map) or the item (in a list) at `path` begins; of what it would stand in when it is missing. */
const offsetOf = (document: Document, path: Path): number | undefined => {
  if (path.length === 0) return isNode(document.contents) ? document.contents.range?.[0] : undefined
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const last = path.at(-1)
  const key = isMap(parent)
    ? parent.items.find((pair) => isScalar(pair.key) && pair.key.value === last)?.key
    : undefined
  if (isScalar(key)) return key.range?.[0]
  const node = document.getIn(path, true)
  return isNode(node) ? node.range?.[0] : offsetOf(document, path.slice(0, -1))
}
