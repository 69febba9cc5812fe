// Problems of what people hand in: where, and what. Places are lists until the end, when they are written out.

import type { z } from 'zod'
import type { SpecProblem } from './ports.ts'

export type Path = readonly (string | number)[]
export type Problem = { readonly path: Path; readonly problem: string }

/** `['sites', 3, 'id']` as `sites[3].id`; the whole document is `.`. */
export const pathText = (path: Path): string =>
  path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('') || '.'

export const below = (path: Path, problems: readonly Problem[]): readonly Problem[] =>
  problems.map((one) => ({ ...one, path: [...path, ...one.path] }))

/** Problems as the ports speak of them, for things that have no lines. */
export const withoutLines = (problems: readonly Problem[]): readonly SpecProblem[] =>
  problems.map(({ path, problem }) => ({ path: pathText(path), problem }))

/** zod's findings, one by one; an unknown key is named at its own place. */
export const zodProblems = (error: z.ZodError): readonly Problem[] =>
  error.issues.flatMap((issue) => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ path: [...path, key], problem: 'is not known here' }))
    return [{ path, problem: issue.message }]
  })
