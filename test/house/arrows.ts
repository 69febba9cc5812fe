// Who may import whom (design §2), and that nothing goes round in a circle.

import path from 'node:path'
import { isTest, roomOf, type Offence, type Source } from './source.ts'

const PREFIX = '@parkpulse/'

/** Design §2, amended on 2026-11-23: api and aggregation may import wire as well, since they name topics. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'packages/metering': [],
  'packages/wire': ['metering'],
  'packages/emissions': ['metering'],
  'packages/alerting': ['metering'],
  'packages/journal': [],
  'packages/host': [],
  'packages/store': ['metering', 'emissions', 'alerting'],
  'packages/registry': ['metering', 'emissions', 'alerting'],
  'services/broker': ['wire', 'journal', 'registry', 'host'],
  'services/ingestion': ['metering', 'wire', 'journal', 'store', 'registry', 'host'],
  'services/aggregation': ['metering', 'wire', 'emissions', 'alerting', 'store', 'registry', 'host'],
  'services/api': ['metering', 'wire', 'emissions', 'alerting', 'store', 'registry', 'host'],
  'simulators/meters': ['metering', 'wire', 'host'],
}

/** Imports of the house's packages against the table; a package that is not in the table may not be there. */
export const arrowOffences = (sources: readonly Source[]): readonly Offence[] =>
  sources
    .filter((source) => isHeld(source))
    .flatMap((source) => {
      const allowed = MAY_IMPORT[roomOf(source)]
      if (allowed === undefined) return [`${source.path} ${roomOf(source)} is not in the table of design §2`]
      return source.imports
        .filter(({ specifier }) => specifier.startsWith(PREFIX))
        .filter(({ specifier }) => !allowed.includes(specifier.slice(PREFIX.length)))
        .map(({ specifier, line }) => `${source.path}:${line} ${roomOf(source)} may not import ${specifier}`)
    })

/** Ways around the doors: into another package's folder, past its index, or through one's own index. */
export const doorOffences = (sources: readonly Source[]): readonly Offence[] =>
  sources
    .filter((source) => isHeld(source))
    .flatMap((source) =>
      source.imports.flatMap(({ specifier, line, isExport }) => {
        const where = `${source.path}:${line}`
        if (specifier.startsWith(PREFIX) && isExport) return [`${where} re-exports another package: ${specifier}`]
        if (specifier.startsWith(PREFIX) && specifier.split('/').length > 2)
          return [`${where} goes past the index: ${specifier}`]
        if (!specifier.startsWith('.')) return []
        const target = targetOf(source, specifier)
        if (!target.startsWith(`${roomOf(source)}/`)) return [`${where} leaves its own folder: ${specifier}`]
        return target === `${roomOf(source)}/src/index.ts` ? [`${where} imports its own index`] : []
      }),
    )

/** What a package uses stands in its own package.json; `manifests` by room. Tests may use the root's. */
export const undeclaredOffences = (
  sources: readonly Source[],
  manifests: ReadonlyMap<string, readonly string[]>,
): readonly Offence[] =>
  sources
    .filter((source) => isHeld(source))
    .flatMap((source) =>
      source.imports
        .filter(({ specifier }) => !/^[.]|^node:/.test(specifier))
        .filter(({ specifier }) => !(manifests.get(roomOf(source)) ?? []).includes(packageOf(specifier)))
        .map(({ specifier, line }) => `${source.path}:${line} is not in its package.json: ${specifier}`),
    )

/** Circles of files, types included: two files that need each other share a noun that belongs upstream of both. */
export const cycleOffences = (sources: readonly Source[]): readonly Offence[] => {
  const edges = new Map(
    sources.map((source) => [
      source.path,
      source.imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => targetOf(source, specifier)),
    ]),
  )
  const done = new Set<string>()
  const offences: Offence[] = []
  const walk = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) offences.push([...way.slice(way.indexOf(file)), file].join(' → '))
    if (done.has(file) || way.includes(file)) return
    for (const to of edges.get(file) ?? []) walk(to, [...way, file])
    done.add(file)
  }
  for (const { path: file } of sources) walk(file, [])
  return offences
}

/** What is on the way must not need what only tests need. */
export const testImportOffences = (sources: readonly Source[]): readonly Offence[] => {
  const tests = new Set(sources.filter((source) => isTest(source)).map((source) => source.path))
  return sources
    .filter((source) => isHeld(source))
    .flatMap((source) =>
      source.imports
        .filter(({ specifier }) => specifier.startsWith('.') && tests.has(targetOf(source, specifier)))
        .map(({ specifier, line }) => `${source.path}:${line} imports a test: ${specifier}`),
    )
}

/** infra and test may import anything; so may tests beside the code. */
const isHeld = (source: Source): boolean => !isTest(source) && !['infra', 'test'].includes(roomOf(source))

const targetOf = (source: Source, specifier: string): string =>
  path.posix.join(path.posix.dirname(source.path), specifier)

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
