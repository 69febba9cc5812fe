import { describe, expect, test } from 'vitest'
import { HOUR_MS } from '@parkpulse/metering'
import { planPage, REGISTER_HOURS_PER_PAGE_MAX, SUMS_PER_PAGE_MAX, type PageStart } from './figure-page.ts'
import { Problem } from './problem.ts'
import { zoneNamed } from './zone.ts'

const T0 = Date.parse('2026-11-01T00:00:00Z')
const group = (key: string, registers = 1) => ({
  key,
  zone: zoneNamed('UTC'),
  entries: Array.from({ length: registers }, () => entry),
})
const entry = {} as never
const period = (hours: number) => ({ from: T0, until: T0 + hours * HOUR_MS })

/** All pages, as `group hours` of each slot. */
function pagesOf(groups: readonly ReturnType<typeof group>[], hours: number, limit: number): string[][] {
  const pages: string[][] = []
  let start: PageStart | undefined
  do {
    const page = planPage(groups, { period: period(hours), interval: 'hour', start, limit })
    pages.push(
      page.slots.map(
        ({ group: { key }, edges }) =>
          `${key} ${edges
            .slice(0, -1)
            .map((edge) => (edge - T0) / HOUR_MS)
            .join(',')}`,
      ),
    )
    start = page.next
  } while (start !== undefined && pages.length < 20)
  return pages
}

describe('pages', () => {
  test.each([
    ['all on one', 2, 10, [['a 0,1', 'b 0,1']]],
    ['full to the last place', 2, 4, [['a 0,1', 'b 0,1']]],
    ['cut within a group', 3, 2, [['a 0,1'], ['a 2', 'b 0'], ['b 1,2']]],
    ['cut between groups', 2, 2, [['a 0,1'], ['b 0,1']]],
    ['one at a time', 2, 1, [['a 0'], ['a 1'], ['b 0'], ['b 1']]],
  ])('%s', (_name, hours, limit, expected) => expect(pagesOf([group('a'), group('b')], hours, limit)).toEqual(expected))

  test('a page ends before it costs too much', () => {
    const registers = (REGISTER_HOURS_PER_PAGE_MAX * 0.6) / (10 * 24)
    const groups = [group('a', registers), group('b', registers)]
    const page = planPage(groups, { period: period(10 * 24), interval: 'day', limit: 100 })
    expect(page.slots.map(({ group: { key }, edges }) => [key, edges.length])).toEqual([['a', 11]])
    expect(page.next).toEqual({ key: 'b', from: T0 })
  })

  test('a page is cut within a group before it holds too many sums; one stretch is always whole', () => {
    const third = Math.floor(SUMS_PER_PAGE_MAX / 3)
    expect(pagesOf([group('a', third), group('b', third)], 4, 100)).toEqual([['a 0,1,2'], ['a 3', 'b 0,1'], ['b 2,3']])
    expect(pagesOf([group('a', SUMS_PER_PAGE_MAX + 1), group('b')], 2, 100)).toEqual([['a 0'], ['a 1'], ['b 0,1']])
  })

  test('a single group that costs far too much is a problem of the period', () => {
    const question = { period: period(10), interval: 'day', limit: 10 } as const
    expect(() => planPage([group('a', 1_000_000)], question)).toThrow(Problem)
  })

  test('a group that is gone since is passed over', () => {
    const page = planPage([group('a'), group('c')], {
      period: period(1),
      interval: 'hour',
      start: { key: 'b', from: T0 },
      limit: 9,
    })
    expect(page.slots.map(({ group: { key } }) => key)).toEqual(['c'])
  })
})
