import { describe, expect, test } from 'vitest'
import type { Reach, Role } from '@parkpulse/registry'
import { may, type Action } from './access.ts'

const places = {
  all: { kind: 'installation' },
  'park a': { kind: 'park', park: 'a' },
  'site a/x': { kind: 'site', park: 'a', site: 'x' },
  'site a/y': { kind: 'site', park: 'a', site: 'y' },
  'park b': { kind: 'park', park: 'b' },
  'site b/x': { kind: 'site', park: 'b', site: 'x' },
} as const satisfies Record<string, Reach>
type PlaceName = keyof typeof places

/** By reach, then by place: O the reach covers it, o it lies within, . nothing in common. Written by hand. */
const relations: Record<'all' | 'park a' | 'site a/x', Record<PlaceName, string>> = {
  all: { all: 'O', 'park a': 'O', 'site a/x': 'O', 'site a/y': 'O', 'park b': 'O', 'site b/x': 'O' },
  'park a': { all: 'o', 'park a': 'O', 'site a/x': 'O', 'site a/y': 'O', 'park b': '.', 'site b/x': '.' },
  'site a/x': { all: 'o', 'park a': 'o', 'site a/x': 'O', 'site a/y': '.', 'park b': '.', 'site b/x': '.' },
}

/** By role, then by action: what is answered where the reach covers (first) and where it only lies within (second). */
const A = 'allowed'
const F = 'forbidden'
const rights: Record<Role, Record<Action, readonly [string, string]>> = {
  administrator: {
    read: [A, A],
    acknowledge: [A, F],
    provision: [A, F],
    'issue-key': [A, F],
    'read-metrics': [A, F],
    'read-docs': [A, A],
  },
  staff: {
    read: [A, A],
    acknowledge: [A, F],
    provision: [F, F],
    'issue-key': [F, F],
    'read-metrics': [A, F],
    'read-docs': [A, A],
  },
  analyst: {
    read: [A, A],
    acknowledge: [F, F],
    provision: [F, F],
    'issue-key': [F, F],
    'read-metrics': [A, F],
    'read-docs': [A, A],
  },
  site: {
    read: [A, A],
    acknowledge: [F, F],
    provision: [F, F],
    'issue-key': [F, F],
    'read-metrics': [F, F],
    'read-docs': [A, A],
  },
}

const rows = Object.entries(rights).flatMap(([role, actions]) =>
  Object.entries(relations).flatMap(([reach, byPlace]) =>
    Object.entries(actions).flatMap(([action, [covering, within]]) =>
      Object.entries(byPlace).map(([place, relation]) => {
        const byReach = relation === '.' ? 'hidden' : relation === 'O' ? covering : within
        const expected = role === 'site' && reach !== 'site a/x' ? F : byReach
        return {
          role: role as Role,
          reach: reach as PlaceName,
          action: action as Action,
          place: place as PlaceName,
          expected,
        }
      }),
    ),
  ),
)

describe('role × action × reach', () => {
  test('the matrix is whole', () => expect(rows).toHaveLength(4 * 6 * 3 * 6))
  test.each(rows)('$role with $reach: $action at $place is $expected', ({ role, reach, action, place, expected }) => {
    expect(may({ role, reach: places[reach] }, action, places[place])).toBe(expected)
  })
})
