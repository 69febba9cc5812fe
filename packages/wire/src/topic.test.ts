import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acceptedTopic, alertTopic, gatewayTopic, parseTopic, readingsTopic, rejectedTopic } from './topic.ts'

const site = { park: 'p', site: 's' }

describe('parseTopic', () => {
  it.each([
    ['parkpulse/v1/p/s/m/readings', { kind: 'meter-readings', ...site, meter: 'm' }],
    ['parkpulse/v1/p/s/readings', { kind: 'gateway-readings', ...site }],
    ['parkpulse/v1/p/s/accepted', { kind: 'other', ...site, leaf: 'accepted' }],
    ['parkpulse/v1/p/s/rejected', { kind: 'other', ...site, leaf: 'rejected' }],
    ['parkpulse/v1/p/s/alerts/cod-7', { kind: 'other', ...site, leaf: 'alerts', alert: 'cod-7' }],
    ['parkpulse/v1/p/s/alerts/readings', { kind: 'meter-readings', ...site, meter: 'alerts' }],
    ['parkpulse/v1/p/s/readings/readings', { kind: 'meter-readings', ...site, meter: 'readings' }],
    ['parkpulse/v1/readings/readings/readings', { kind: 'gateway-readings', park: 'readings', site: 'readings' }],
    [`parkpulse/v1/p/s/${'m'.repeat(40)}/readings`, { kind: 'meter-readings', ...site, meter: 'm'.repeat(40) }],
  ])('%s', (topic, expected) => {
    expect(parseTopic(topic)).toEqual(expected)
  })

  it.each([
    ['', 'not below'],
    ['readings', 'not below'],
    ['parkpulse/v2/p/s/readings', 'not below'],
    ['Parkpulse/v1/p/s/readings', 'not below'],
    ['/parkpulse/v1/p/s/readings', 'not below'],
    ['$SYS/broker', 'not below'],
    ['parkpulse/v1/', 'too few levels'],
    ['parkpulse/v1/p', 'too few levels'],
    ['parkpulse/v1/p/s', 'too few levels'],
    ['parkpulse/v1/p/s/', 'not something to publish on'],
    ['parkpulse/v1/p/s/status', 'not something to publish on'],
    ['parkpulse/v1/p/s/m/status', 'not something to publish on'],
    ['parkpulse/v1/p/s/m/readings/', 'too many levels'],
    ['parkpulse/v1/p/s/m/readings/x', 'too many levels'],
    [`parkpulse/v1/${'/'.repeat(65_000)}`, 'too many levels'],
    ['parkpulse/v1//s/readings', 'not an id'],
    ['parkpulse/v1/p//readings', 'not an id'],
    ['parkpulse/v1/p/s//readings', 'not an id'],
    ['parkpulse/v1/+/s/readings', 'not an id'],
    ['parkpulse/v1/p/s/#/readings', 'not an id'],
    ['parkpulse/v1/p/s/+/readings', 'not an id'],
    ['parkpulse/v1/P/s/readings', 'not an id'],
    ['parkpulse/v1/p/s/m_1/readings', 'not an id'],
    ['parkpulse/v1/p/s/-m/readings', 'not an id'],
    ['parkpulse/v1/p/s/m\u0000/readings', 'not an id'],
    ['parkpulse/v1/p/s/\uD800/readings', 'not an id'],
    ['parkpulse/v1/p/s/m\n/readings', 'not an id'],
    ['parkpulse/v1/p/s/nhà-máy/readings', 'not an id'],
    [`parkpulse/v1/p/s/${'m'.repeat(41)}/readings`, 'not an id'],
    ['parkpulse/v1/p/s/alerts/', 'not an id'],
    ['parkpulse/v1/p/s/alerts/A', 'not an id'],
  ])('%j is refused', (topic, problem) => {
    const parsed = parseTopic(topic)
    expect(parsed.kind).toBe('invalid')
    if (parsed.kind !== 'invalid') return
    expect(parsed.problem).toContain(problem)
    expect(parsed.problem.length).toBeLessThan(120)
    expect(parsed.problem.isWellFormed()).toBe(true)
  })

  it('reads what the builders build', () => {
    expect(parseTopic(readingsTopic('p', 's', 'm')).kind).toBe('meter-readings')
    expect(parseTopic(gatewayTopic('p', 's')).kind).toBe('gateway-readings')
    expect(parseTopic(acceptedTopic('p', 's'))).toMatchObject({ leaf: 'accepted' })
    expect(parseTopic(rejectedTopic('p', 's'))).toMatchObject({ leaf: 'rejected' })
    expect(parseTopic(alertTopic('p', 's', 'a'))).toMatchObject({ leaf: 'alerts', alert: 'a' })
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (tail) => {
        expect(['invalid', 'other']).toContain(parseTopic(tail).kind)
        parseTopic(`parkpulse/v1/${tail}`)
      }),
      { seed: 20261123 },
    )
  })
})
