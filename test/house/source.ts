// The sources of the house, as the rules look at them: path, text, code without comments and texts, imports.

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { blank } from './blank.ts'

export type Import = {
  readonly specifier: string
  readonly line: number
  /** `export … from`. */
  readonly isExport: boolean
}

export type Source = {
  /** From the root, with slashes. */
  readonly path: string
  readonly text: string
  readonly code: string
  readonly imports: readonly Import[]
}

/** What a rule has found: where, and what. */
export type Offence = string

const FROM = /\b(import|export)\b[^'"`;=]*?\bfrom\s*['"]|\bimport\s*\(?\s*['"]/g
const ROOMS = ['packages', 'services', 'simulators']

/** A source from its text; the only way to make one, for samples as for files. */
export const sourceOf = (sourcePath: string, text: string): Source => {
  const code = blank(text)
  return { path: sourcePath, text, code, imports: importsOf(text, code) }
}

/** All sources of packages, services and simulators, and those under infra and test. */
export const readSources = (root: string): readonly Source[] =>
  [...ROOMS.flatMap((room) => rooms(root, room).map((name) => `${room}/${name}/src`)), 'infra', 'test'].flatMap(
    (folder) =>
      filesBelow(root, folder)
        .filter((file) => file.endsWith('.ts'))
        .map((file) => sourceOf(file, readFileSync(path.join(root, file), 'utf8'))),
  )

/** Names of the packages below a room; `[]` when there is no such room. */
export const rooms = (root: string, room: string): readonly string[] =>
  readdirSync(path.join(root, room), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)

/** Which package a source belongs to: `packages/wire`, `services/api`; `test` and `infra` as they are. */
export const roomOf = (source: { readonly path: string }): string => {
  const [room = '', name = ''] = source.path.split('/')
  return ROOMS.includes(room) ? `${room}/${name}` : room
}

/** Tests, conformance suites, processes that tests start, and what only they and measurements use: allowed more, and not part of the way. */
export const isTest = (source: Source): boolean =>
  source.imports.some(({ specifier }) => specifier === 'vitest') ||
  /\.test\.ts$|\.(?:conformance|child)\.ts$|\/(conformance|measure|rig|bench)\/|[/-]rig\.ts$/.test(source.path)

/** `path:line` of an offset. */
export const placeOf = (source: Source, offset: number): string =>
  `${source.path}:${source.text.slice(0, offset).split('\n').length}`

/** Each place where `pattern` (global) stands in the code. */
export const uses = (source: Source, pattern: RegExp, what: string): readonly Offence[] =>
  [...source.code.matchAll(pattern)].map((found) => `${placeOf(source, found.index)} ${what}: ${found[0].trim()}`)

const importsOf = (text: string, code: string): readonly Import[] =>
  [...code.matchAll(FROM)].map((found) => {
    const start = found.index + found[0].length
    const quote = code.charAt(start - 1)
    return {
      specifier: text.slice(start, text.indexOf(quote, start)),
      line: text.slice(0, found.index).split('\n').length,
      isExport: found[1] === 'export',
    }
  })

const filesBelow = (root: string, folder: string): readonly string[] =>
  readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules') return []
    const below = `${folder}/${entry.name}`
    return entry.isDirectory() ? filesBelow(root, below) : [below]
  })
