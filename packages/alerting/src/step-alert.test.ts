import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AlertState, type Change, type Observation, UNSEEN } from './alert.ts'
import type { LimitRule } from './rule.ts'
import { stepAlert } from './step-alert.ts'

const base: LimitRule = {
  kind: 'limit',
  id: 'peak',
  place: { park: 'p' },
  quantity: 'active_power_kw',
  breach: 'above',
  limit: 100,
  clear: 90,
  holdMs: 10,
  keepFiringMs: 5,
  severity: 'warning',
  advice: { vi: 'x', en: 'x' },
}

/** Steps a series `at=value`; returns the changes as `at from→to`. */
function run(rule: LimitRule, series: string): { state: AlertState; log: string[] } {
  let state = UNSEEN
  const log: string[] = []
  for (const pair of series.split(' ').filter((part) => part !== '')) {
    const [at, value] = pair.split('=')
    const step = stepAlert(state, rule, { at: Number(at), value: Number(value) })
    state = step.state
    log.push(...step.changes.map((change) => `${change.at} ${change.from}→${change.to}`))
  }
  return { state, log }
}

const hold = base
const noHold: LimitRule = { ...base, holdMs: 0, keepFiringMs: 0 }
const oneLimit: LimitRule = { ...noHold, clear: 100 }
const below: LimitRule = { ...noHold, breach: 'below', limit: 6, clear: 6.5 }

describe('the step', () => {
  it.each<[string, LimitRule, string, string[]]>([
    ['at the limit is no breach', hold, '0=100 20=100', []],
    ['a short breach is pending only', hold, '0=101 9=101 10=80', ['0 inactive→pending', '10 pending→inactive']],
    ['it fires when the hold is complete', hold, '0=101 9=101 10=101', ['0 inactive→pending', '10 pending→firing']],
    [
      'it fires at the next observation where none falls on the hold',
      hold,
      '0=101 14=102',
      ['0 inactive→pending', '14 pending→firing'],
    ],
    [
      'between the limits the hold runs on, but does not fire',
      hold,
      '0=101 12=95 13=101',
      ['0 inactive→pending', '13 pending→firing'],
    ],
    [
      'back over the clear limit the hold starts anew',
      hold,
      '0=101 5=90 6=101 15=101 16=101',
      ['0 inactive→pending', '5 pending→inactive', '6 inactive→pending', '16 pending→firing'],
    ],
    [
      'it stays firing for keep-firing',
      hold,
      '0=101 10=101 20=80 24=80 25=80',
      ['0 inactive→pending', '10 pending→firing', '25 firing→inactive'],
    ],
    [
      'a new breach ends keep-firing',
      hold,
      '0=101 10=101 20=80 22=101 26=80 30=80 31=80',
      ['0 inactive→pending', '10 pending→firing', '31 firing→inactive'],
    ],
    [
      'between the limits keep-firing runs on, but does not resolve',
      hold,
      '0=101 10=101 20=80 26=95 27=80',
      ['0 inactive→pending', '10 pending→firing', '27 firing→inactive'],
    ],
    [
      'without hold one observation passes through pending',
      noHold,
      '0=101',
      ['0 inactive→pending', '0 pending→firing'],
    ],
    [
      'two limits: between them it stays firing',
      noHold,
      '0=101 1=95 2=90.1 3=90',
      ['0 inactive→pending', '0 pending→firing', '3 firing→inactive'],
    ],
    [
      'one limit: on it the breach is over',
      oneLimit,
      '0=101 1=100',
      ['0 inactive→pending', '0 pending→firing', '1 firing→inactive'],
    ],
    ['below: on the limit is no breach', below, '0=6', []],
    [
      'below: clear lies above',
      below,
      '0=5.9 1=6 2=6.4 3=6.5',
      ['0 inactive→pending', '0 pending→firing', '3 firing→inactive'],
    ],
    [
      'unknown changes nothing',
      noHold,
      '0=101 1=NaN 2=Infinity 3=-Infinity',
      ['0 inactive→pending', '0 pending→firing'],
    ],
    ['older and same instants change nothing', noHold, '5=101 4=80 5=80', ['5 inactive→pending', '5 pending→firing']],
  ])('%s', (_case, rule, series, log) => expect(run(rule, series).log).toEqual(log))

  it('remembers when it fired and what it saw last', () => {
    expect(run(hold, '0=101 10=101 20=80 22=95').state).toEqual({
      kind: 'firing',
      since: 10,
      clearSince: 20,
      seenAt: 22,
    })
    expect(run(hold, '0=50 7=60').state).toEqual({ kind: 'inactive', seenAt: 7 })
  })

  it('gives the very same state back for what changes nothing', () => {
    const { state } = run(noHold, '5=101')
    expect(stepAlert(state, noHold, { at: 6, value: Number.NaN }).state).toBe(state)
    expect(stepAlert(state, noHold, { at: 5, value: 1 }).state).toBe(state)
  })
})

type Numbers = Pick<LimitRule, 'breach' | 'limit' | 'holdMs' | 'keepFiringMs'> & { apart: number }
function ruleOf({ apart, breach, limit, holdMs, keepFiringMs }: Numbers): LimitRule {
  const clear = breach === 'above' ? limit - apart : limit + apart
  return { ...base, breach, limit, clear, holdMs, keepFiringMs }
}
const rules = fc
  .record({
    breach: fc.constantFrom('above' as const, 'below' as const),
    limit: fc.integer({ min: -20, max: 20 }),
    apart: fc.integer({ min: 0, max: 10 }),
    holdMs: fc.integer({ min: 0, max: 30 }),
    keepFiringMs: fc.integer({ min: 0, max: 30 }),
  })
  .map(ruleOf)
const observations: fc.Arbitrary<Observation> = fc.record({
  at: fc.integer({ min: 0, max: 300 }),
  value: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: -35, max: 35 }) },
    { weight: 1, arbitrary: fc.constant(Number.NaN) },
  ),
})
const inOrder = fc.array(observations, { maxLength: 60 }).map((series) => series.toSorted((a, b) => a.at - b.at))

function walk(rule: LimitRule, series: readonly Observation[], from: AlertState = UNSEEN) {
  let state = from
  const changes: Change[] = []
  for (const seen of series) {
    const step = stepAlert(state, rule, seen)
    state = step.state
    changes.push(...step.changes)
  }
  return { state, changes }
}
const seed = 20_261_122

describe('laws', () => {
  it('stepped in one go or resumed from the stored state: the same', () => {
    fc.assert(
      fc.property(rules, fc.array(observations, { maxLength: 60 }), fc.nat({ max: 60 }), (rule, series, cut) => {
        const whole = walk(rule, series)
        const first = walk(rule, series.slice(0, cut))
        const stored = JSON.parse(JSON.stringify(first.state)) as AlertState
        const second = walk(rule, series.slice(cut), stored)
        expect(second.state).toEqual(whole.state)
        expect([...first.changes, ...second.changes]).toEqual(whole.changes)
      }),
      { seed },
    )
  })
  it('no alert fires without having been pending, for at least the hold, and each change begins where the last ended', () => {
    fc.assert(
      fc.property(rules, inOrder, (rule, series) => {
        let kind: string = 'inactive'
        let pendingAt = Number.NaN
        for (const change of walk(rule, series).changes) {
          expect(change.from).toBe(kind)
          if (change.to === 'pending') pendingAt = change.at
          if (change.to === 'firing') {
            expect(change.from).toBe('pending')
            expect(change.at - pendingAt).toBeGreaterThanOrEqual(rule.holdMs)
          }
          kind = change.to
        }
      }),
      { seed },
    )
  })
  it('flapping between the two limits never changes the kind of state', () => {
    fc.assert(
      fc.property(
        rules,
        inOrder,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
        (rule, series, parts) => {
          fc.pre(rule.clear !== rule.limit)
          const before = walk(rule, series).state
          const between = parts
            .map((part, index) => ({ at: 1000 + index * 50, value: rule.clear + (rule.limit - rule.clear) * part }))
            .filter(({ value }) => value !== rule.clear)
          expect(walk(rule, between, before).changes).toEqual([])
        },
      ),
      { seed },
    )
  })
  it('repeating what was seen, or bringing older observations, changes nothing', () => {
    fc.assert(
      fc.property(rules, inOrder, (rule, series) => {
        const { state } = walk(rule, series)
        expect(walk(rule, series, state)).toEqual({ state, changes: [] })
      }),
      { seed },
    )
  })
})
