// What lies beside the code: a README in each room, and nothing unexpected at the top.

import type { Offence } from './source.ts'

const TOP = new Set([
  'services',
  'packages',
  'simulators',
  'infra',
  'test',
  'package.json',
  'pnpm-workspace.yaml',
  'pnpm-lock.yaml',
  'tsconfig.base.json',
  'README.md',
  'LICENSE',
])
/** Made by running the house; git does not see them. */
const MADE = new Set(['node_modules', 'data', 'coverage'])

/** `readmes`: the text by room, undefined where there is none. */
export const readmeOffences = (readmes: ReadonlyMap<string, string | undefined>): readonly Offence[] =>
  [...readmes].flatMap(([room, text]) => {
    if (text === undefined) return [`${room} has no README.md`]
    return /^#+ .*decisions/im.test(text) ? [] : [`${room}/README.md has no decisions`]
  })

/** Names at the top of the repository; those with a dot in front are tools' settings. */
export const topOffences = (names: readonly string[]): readonly Offence[] =>
  names
    .filter((name) => !name.startsWith('.') && !TOP.has(name) && !MADE.has(name))
    .map((name) => `${name} does not belong at the top`)
