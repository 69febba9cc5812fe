// Who may do what where: role × action × reach, as a pure function. The gate asks it before every answer.

import type { KeyHolder, Reach, Role } from '@parkpulse/registry'

export type Action = 'read' | 'acknowledge' | 'provision' | 'issue-key' | 'read-metrics' | 'read-docs'

/** Where an action takes place; a meter's place is its site. */
export type Where = Reach

/** `hidden` is answered as if the place did not exist, so that a key cannot find out what lies beyond its reach. */
export type Verdict = 'allowed' | 'forbidden' | 'hidden'

const ACTIONS: Readonly<Record<Role, readonly Action[]>> = {
  administrator: ['read', 'acknowledge', 'provision', 'issue-key', 'read-metrics', 'read-docs'],
  staff: ['read', 'acknowledge', 'read-metrics', 'read-docs'],
  analyst: ['read', 'read-metrics', 'read-docs'],
  site: ['read', 'read-docs'],
}

/** Actions that are cut down to the reach instead of being refused: a site reads of its park what concerns the site. */
const CUT_TO_REACH: ReadonlySet<Action> = new Set(['read', 'read-docs'])

/** Whether the holder of a key may do this there. */
export function may(holder: Pick<KeyHolder, 'role' | 'reach'>, action: Action, where: Where): Verdict {
  if (holder.role === 'site' && holder.reach.kind !== 'site') return 'forbidden'
  const relation = relate(holder.reach, where)
  if (relation === 'apart') return 'hidden'
  if (!ACTIONS[holder.role].includes(action)) return 'forbidden'
  return relation === 'covers' || CUT_TO_REACH.has(action) ? 'allowed' : 'forbidden'
}

/** How a reach lies to a place: it covers it, lies within it, or both have nothing in common. */
export function relate(reach: Reach, where: Where): 'covers' | 'within' | 'apart' {
  if (reach.kind === 'installation') return 'covers'
  if (where.kind === 'installation') return 'within'
  if (reach.park !== where.park) return 'apart'
  if (reach.kind === 'park') return 'covers'
  if (where.kind === 'park') return 'within'
  return reach.site === where.site ? 'covers' : 'apart'
}
