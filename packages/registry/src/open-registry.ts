// Opens the registry: a book in memory in front of a database that several processes share.

import type { Rule } from '@parkpulse/alerting'
import { Kysely } from 'kysely'
import type { z } from 'zod'
import { emptyBook, installationOf, siteKey, type Book } from './book.ts'
import { openChanges, type Changes } from './changes.ts'
import { draftDocument, parseText } from './document.ts'
import { openDoors, type Doors } from './doors.ts'
import { draftMeter, draftPark, draftRule, draftSite, type Draft, type Drafted } from './draft.ts'
import { keyProblems } from './key-spec.ts'
import type { Installation } from './model.ts'
import { nodeSqliteDialect } from './node-sqlite-dialect.ts'
import type { Credentials, ImportOutcome, MeterSpec, Provisioning, PutOutcome, Registry } from './ports.ts'
import { withoutLines, zodProblems, type Problem } from './problem.ts'
import { problemsOfRule } from './rule-text.ts'
import { ensureSchema, type Tables } from './schema.ts'
import { idSpec, meterSpec, parkSpec, siteSpec } from './specs.ts'

export type RegistryOptions = {
  /** Path of the SQLite file (`<data>/registry.db`); made when it is not there. */
  readonly file: string
  /** Milliseconds since 1970, for the record of when a key was issued and a register retired. */
  readonly now: () => number
}

/** Opens the file and loads what is registered. Throws when the file cannot be opened or is of a later edition. */
export const openRegistry = async ({ file, now }: RegistryOptions): Promise<Registry> => {
  if (/^postgres(ql)?:/.test(file)) throw new Error('registry: PostgreSQL is not supported yet; use sqlite')
  const db = new Kysely<Tables>({ dialect: nodeSqliteDialect(file) })
  try {
    await ensureSchema(db, now)
    const book = emptyBook()
    const doors = openDoors(db, now)
    const changes = await openChanges(db, book, { onDoors: doors.forget, now })
    return registryOn({ db, book, changes, doors })
  } catch (error) {
    await db.destroy()
    throw error
  }
}

type Parts = {
  readonly db: Kysely<Tables>
  readonly book: Book
  readonly changes: Changes
  readonly doors: Doors
}

const registryOn = ({ db, book, changes, doors }: Parts): Registry => {
  let shown: Installation | undefined
  let told = book.version
  const refresh = async (): Promise<boolean> => {
    await changes.refresh()
    const version = told
    told = book.version
    return told !== version
  }
  return {
    installation: () => {
      if (shown?.version !== book.version) shown = installationOf(book)
      return shown
    },
    refresh,
    ...provisioningOn(changes),
    ...credentialsOn({ book, doors, changes }),
    close: () => db.destroy(),
  }
}

const provisioningOn = (changes: Changes): Provisioning => {
  const putOne = async (problems: readonly Problem[], put: (draft: Draft) => Drafted): Promise<PutOutcome> => {
    if (problems.length > 0) return { kind: 'invalid', problems: withoutLines(problems) }
    const drafted = await changes.change((draft) => {
      const outcome = put(draft)
      return { keep: outcome.kind === 'put', outcome }
    })
    return drafted.kind === 'put' ? drafted : { kind: 'invalid', problems: withoutLines(drafted.problems) }
  }
  return {
    putPark: (park) => putOne(shapeProblems(parkSpec, park), (draft) => draftPark(draft, park)),
    putSite: ({ park, ...site }) =>
      putOne([...parentProblems({ park }), ...shapeProblems(siteSpec, site)], (draft) =>
        draftSite(draft, { park, ...site }),
      ),
    putMeter: (spec) => putOne(meterProblems(spec), (draft) => draftMeter(draft, spec)),
    putRule: (rule: Rule) => putOne(problemsOfRule(rule), (draft) => draftRule(draft, rule)),
    importDocument: (text) => importText(changes, text),
  }
}

const importText = async (changes: Changes, text: string): Promise<ImportOutcome> => {
  const parsed = parseText(text)
  if (parsed.kind === 'invalid') return parsed
  return changes.change((draft): { keep: boolean; outcome: ImportOutcome } => {
    const { puts, problems } = draftDocument(draft, parsed)
    if (problems.length > 0) return { keep: false, outcome: { kind: 'invalid', problems } }
    const count = (put: string): number => puts.filter((one) => one === put).length
    const counts = { created: count('created'), changed: count('changed'), unchanged: count('unchanged') }
    return { keep: true, outcome: { kind: 'imported', ...counts } }
  })
}

/** Places are looked for in the database first: another process may have registered them a moment ago. */
const credentialsOn = ({ book, doors, changes }: Omit<Parts, 'db'>): Credentials => ({
  issueSiteCredential: async (park, site) => {
    await changes.refresh()
    if (book.sites.has(siteKey(park, site))) return doors.issueSiteCredential(park, site)
    return { kind: 'invalid', problems: [{ path: 'site', problem: `is not registered: ${park}/${site}` }] }
  },
  issueKey: async (key) => {
    await changes.refresh()
    const problems = keyProblems(book, key)
    return problems.length > 0 ? { kind: 'invalid', problems: withoutLines(problems) } : doors.issueKey(key)
  },
  ensureServiceCredential: async (username, token) => {
    await doors.ensureServiceCredential(username, token)
    doors.forget()
  },
  authenticate: doors.authenticate,
  authenticateKey: doors.authenticateKey,
})

const meterProblems = ({ park, site, ...meter }: MeterSpec): readonly Problem[] => [
  ...parentProblems({ park, site }),
  ...shapeProblems(meterSpec, meter),
]

const parentProblems = (ids: Readonly<Record<string, string>>): readonly Problem[] =>
  Object.entries(ids).flatMap(([name, id]) =>
    shapeProblems(idSpec, id).map(({ problem }) => ({ path: [name], problem })),
  )

const shapeProblems = (shape: z.ZodType, given: unknown): readonly Problem[] => {
  const read = shape.safeParse(given)
  return read.success ? [] : zodProblems(read.error)
}
