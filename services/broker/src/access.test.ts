import type { Principal } from '@parkpulse/registry'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { publishAccess, subscribeAccess } from './access.ts'

const site: Principal = { kind: 'site', username: 'u-1', park: 'nomura', site: 'steel-1' }
const twin: Principal = { kind: 'site', username: 'u-2', park: 'nomura', site: 'steel-10' }
const other: Principal = { kind: 'site', username: 'u-3', park: 'trang-due', site: 'steel-1' }
const service: Principal = { kind: 'service', username: 'parkpulse' }
const own = 'parkpulse/v1/nomura/steel-1'

const said = (access: { kind: string; denial?: string }) => access.denial ?? access.kind

describe('publishing: topic × principal', () => {
  // topic                              the site          its twin in name   other park's      our services
  const table: readonly (readonly [string, string, string, string, string])[] = [
    [`${own}/main-1/readings`, 'keep', 'foreign topic', 'foreign topic', 'wrong direction'],
    [`${own}/readings`, 'keep', 'foreign topic', 'foreign topic', 'wrong direction'],
    [`${own}/alerts/readings`, 'keep', 'foreign topic', 'foreign topic', 'wrong direction'], // a meter called alerts
    [`${own}/rejected`, 'wrong direction', 'foreign topic', 'foreign topic', 'route'],
    [`${own}/accepted`, 'wrong direction', 'foreign topic', 'foreign topic', 'route'],
    [`${own}/alerts/limit-1`, 'wrong direction', 'foreign topic', 'foreign topic', 'route'],
    [`${own}/main-1`, ...all('unknown topic')],
    [`${own}/main-1/readings/`, ...all('unknown topic')],
    [`/${own}/main-1/readings`, ...all('unknown topic')],
    [`${own}//readings`, ...all('unknown topic')],
    [`${own}/Main-1/readings`, ...all('unknown topic')],
    [`${own}/${'m'.repeat(41)}/readings`, ...all('unknown topic')],
    ['parkpulse/v2/nomura/steel-1/main-1/readings', ...all('unknown topic')],
    ['parkpulse/v1/nomura/readings', ...all('unknown topic')],
    ['temperature', ...all('unknown topic')],
    ['/', ...all('unknown topic')],
    [`${own}/+/readings`, ...all('malformed topic')],
    [`${own}/#`, ...all('malformed topic')],
    ['#', ...all('malformed topic')],
    ['', ...all('malformed topic')],
    [`${own}/m\u0000/readings`, ...all('malformed topic')],
    [`${own}/m\uD800/readings`, ...all('malformed topic')],
    [`${own}/m\uFFFD/readings`, ...all('malformed topic')],
    ['$SYS/x/heartbeat', ...all('reserved topic')],
    ['$share/g/parkpulse', ...all('reserved topic')],
  ]
  test.each(table)('%j', (topic, forSite, forTwin, forOther, forService) => {
    expect([site, twin, other, service].map((principal) => said(publishAccess(principal, topic)))).toEqual([
      forSite,
      forTwin,
      forOther,
      forService,
    ])
  })

  test('only alerts may be retained', () => {
    expect(publishAccess(service, `${own}/alerts/a-1`)).toEqual({ kind: 'route', retainable: true })
    expect(publishAccess(service, `${own}/accepted`)).toEqual({ kind: 'route', retainable: false })
  })
})

describe('subscribing: filter × principal', () => {
  const foreign = 'foreign topic'
  // filter                  the site   its twin   other park's   our services
  const table: readonly (readonly [string, string, string, string, string])[] = [
    [`${own}/rejected`, 'granted', foreign, foreign, 'granted'],
    [`${own}/accepted`, 'granted', foreign, foreign, 'granted'],
    [`${own}/alerts/+`, 'granted', foreign, foreign, 'granted'],
    [`${own}/alerts/#`, 'granted', foreign, foreign, 'granted'],
    [`${own}/#`, 'granted', foreign, foreign, 'granted'],
    [`${own}/+`, 'granted', foreign, foreign, 'granted'],
    [`${own}/main-1/readings`, 'wrong direction', foreign, foreign, 'wrong direction'],
    [`${own}/+/readings`, 'wrong direction', foreign, foreign, 'wrong direction'],
    [own, foreign, foreign, foreign, 'granted'],
    ['parkpulse/v1/nomura/+/rejected', foreign, foreign, foreign, 'granted'],
    ['parkpulse/v1/+/steel-1/rejected', foreign, foreign, foreign, 'granted'],
    ['parkpulse/v1/nomura/#', foreign, foreign, foreign, 'granted'],
    ['parkpulse/v1/#', foreign, foreign, foreign, 'granted'],
    ['parkpulse/v1', ...all(foreign)],
    ['parkpulse/#', ...all(foreign)],
    ['+/v1/nomura/steel-1/rejected', ...all(foreign)],
    ['+/+/+/+/+', ...all(foreign)],
    ['#', ...all(foreign)],
    ['+', ...all(foreign)],
    [`/${own}/#`, ...all(foreign)],
    [`${own}/a#`, ...all('malformed topic')],
    [`${own}/#/a`, ...all('malformed topic')],
    [`${own}/+a`, ...all('malformed topic')],
    [`${own}/a+/b`, ...all('malformed topic')],
    [`${own}/a\u0000`, ...all('malformed topic')],
    ['', ...all('malformed topic')],
    ['$SYS/#', ...all('reserved topic')],
    ['$shared/g/t', ...all('reserved topic')],
    [`$share/g/${own}/rejected`, ...all('shared')],
  ]
  test.each(table)('%j', (filter, forSite, forTwin, forOther, forService) => {
    expect([site, twin, other, service].map((principal) => said(subscribeAccess(principal, filter)))).toEqual([
      forSite,
      forTwin,
      forOther,
      forService,
    ])
  })
})

test('law: whatever a site is granted begins with its own prefix, without wildcards in it', () => {
  const word = fc.constantFrom(
    'parkpulse',
    'v1',
    'nomura',
    'steel-1',
    'steel-10',
    '+',
    '#',
    '',
    'readings',
    'alerts',
    '$SYS',
  )
  const address = fc.array(word, { maxLength: 8 }).map((words) => words.join('/'))
  fc.assert(
    fc.property(address, (text) => {
      const may = publishAccess(site, text).kind === 'keep' || subscribeAccess(site, text).kind === 'granted'
      return !may || text.startsWith(`${own}/`)
    }),
    { numRuns: 2_000 },
  )
})

function all(answer: string): readonly [string, string, string, string] {
  return [answer, answer, answer, answer]
}
