// Names, forms and sizes that do not belong in this house, as far as a machine can see them.

import { isTest, uses, type Offence, type Source } from './source.ts'

const FILES = new Set([
  'utils',
  'util',
  'common',
  'helpers',
  'helper',
  'shared',
  'misc',
  'lib',
  'base',
  'types',
  'constants',
])
const FILE_ENDING = /-(?:manager|handler|helper|impl|data|info)$/
const NAME_ENDING =
  /(?:^export\s+(?:const|let)|\b(?:class|interface|type|function))\s+\w*(?:Manager|Handler|Helper|Impl|Data|Info)\b(?=\s*[<=({:]|\s+(?:extends|implements))/gm

/** Named by what they hold for others, or by nothing: a file's name says what it is. */
export const fileNameOffences = (sources: readonly Source[]): readonly Offence[] =>
  sources.flatMap(({ path }) =>
    path
      .split('/')
      .map((part) => part.replace(/(\.integration)?(\.test|\.conformance)?\.ts$/, ''))
      .filter((part) => FILES.has(part) || FILE_ENDING.test(part))
      .map((part) => `${path} is named ${part}`),
  )

/** Declared names with endings that say nothing. */
export const nameOffences = (sources: readonly Source[]): readonly Offence[] =>
  sources.flatMap((source) => uses(source, NAME_ENDING, 'ends in a word that says nothing'))

export const exportAllOffences = (sources: readonly Source[]): readonly Offence[] =>
  sources.flatMap((source) => uses(source, /\bexport\s*(?:type\s*)?\*/g, 'exports everything'))

/** Vitest loads its configuration and reporters by their default export. */
const LOADED_BY_DEFAULT = new Set(['test/vitest.config.ts', 'test/tally-reporter.ts'])

export const defaultExportOffences = (sources: readonly Source[]): readonly Offence[] =>
  sources
    .filter(({ path }) => !LOADED_BY_DEFAULT.has(path))
    .flatMap((source) => uses(source, /\bexport\s+default\b|\bexport\s*\{[^}]*\bas\s+default\b/g, 'exports a default'))

export const enumOffences = (sources: readonly Source[]): readonly Offence[] =>
  sources.flatMap((source) =>
    uses(source, /(?:^|[\n;{}])\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s+\w+/g, 'is an enum'),
  )

/** Past this a file is asking for its second noun. */
const LINES_MAX = 300

export const lengthOffences = (sources: readonly Source[]): readonly Offence[] =>
  sources
    .filter((source) => !isTest(source))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ path, lines }) => `${path} has ${lines} lines`)

/** Each file opens with one sentence: what it is. An index is a list and needs none; tests are told by theirs. */
export const openingOffences = (sources: readonly Source[]): readonly Offence[] =>
  sources
    .filter((source) => !isTest(source))
    .filter(({ path, text }) => !path.endsWith('/index.ts') && !/^(?:#![^\n]*\n)?\/[/*]/.test(text))
    .map(({ path }) => `${path} does not open with a sentence`)
