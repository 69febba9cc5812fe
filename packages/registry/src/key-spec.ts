// Whether an API key may be issued as it was asked for.

import { siteKey, type Book } from './book.ts'
import type { Reach } from './model.ts'
import type { KeySpec } from './ports.ts'
import type { Problem } from './problem.ts'
import { GIVEN_TOKEN_LENGTH_MIN, TOKEN_LENGTH_MAX } from './tokens.ts'

const ROLES: readonly string[] = ['administrator', 'staff', 'analyst', 'site']
const NAME_LENGTH_MAX = 200

/** Every problem of a key: its name, role, reach (the place must be registered), and a token given from outside. */
export const keyProblems = (book: Book, { name, role, reach, token }: KeySpec): readonly Problem[] => {
  const problems = [...reachProblems(book, reach)]
  if (name.trim() === '' || name.length > NAME_LENGTH_MAX)
    problems.push({ path: ['name'], problem: `must be 1 to ${NAME_LENGTH_MAX} characters` })
  if (!ROLES.includes(role)) problems.push({ path: ['role'], problem: `must be one of ${ROLES.join(', ')}` })
  if (role === 'site' && reach.kind !== 'site')
    problems.push({ path: ['reach'], problem: 'must be a site for the role site' })
  if (token !== undefined && (token.length < GIVEN_TOKEN_LENGTH_MIN || token.length > TOKEN_LENGTH_MAX))
    problems.push({ path: ['token'], problem: `must be ${GIVEN_TOKEN_LENGTH_MIN} to ${TOKEN_LENGTH_MAX} characters` })
  return problems
}

const reachProblems = (book: Book, reach: Reach): readonly Problem[] => {
  if (reach.kind === 'park' && !book.parks.has(reach.park))
    return [{ path: ['reach', 'park'], problem: `is not registered: ${reach.park}` }]
  if (reach.kind === 'site' && !book.sites.has(siteKey(reach.park, reach.site)))
    return [{ path: ['reach', 'site'], problem: `is not registered: ${reach.park}/${reach.site}` }]
  return []
}
