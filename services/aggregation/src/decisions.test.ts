import { HOUR_MS } from '@parkpulse/metering'
import { describe, expect, it } from 'vitest'
import { dueHours, hoursOfRun } from './due-hours.ts'
import { isReady } from './ready.ts'
import { type FirstKnown, hoursTouched, noteKnown } from './touched-hours.ts'

const MINUTE = 60_000
const H = 10 * HOUR_MS
const at = (minute: number) => H + minute * MINUTE
const known = (...minutes: number[]): FirstKnown => {
  const map: FirstKnown = new Map()
  for (const minute of minutes) noteKnown({ registerId: 7, at: at(minute) }, map)
  return map
}
const place = (registerId: number, index: number) => ({ registerId, hour: H + index * HOUR_MS })

describe('an hour is ready', () => {
  const patience = { settleMs: 10 * MINUTE, quietMs: 5_000 }
  const word = (minute: number, received = minute) => ({ at: at(minute), value: 0, receivedAt: at(received) })
  it.each([
    ['not before it is over, whatever the register said (clocks may be ahead)', at(59), word(65), false],
    ['when it is over and its register spoke at its end', at(60), word(60), true],
    ['when it is over and its register spoke past its end', at(61), word(60.5), true],
    ['not while the register has not spoken past its end', at(61), word(59), false],
    ['when the settling time has passed', at(70), word(59), true],
    ['when nobody ever spoke and the settling time has passed', at(70), undefined, true],
    ['not when nobody spoke, before that', at(69.99), undefined, false],
    ['not while the register is delivering its past', at(500), word(59, 499.99), false],
    ['when that delivery has paused', at(500), word(59, 499.9), true],
    ['at once, when what is delivered is past its end already', at(500), word(61, 500), true],
  ])('%s', (_case, now, last, expected) => expect(isReady(H, last, { now, patience })).toBe(expected))
})

describe('a reading touches', () => {
  const before = H - HOUR_MS
  it.each([
    ['its hour and the one before, when nothing is known', 5, known(), [before, H]],
    ['its hour only, when an earlier one of the hour is known', 5, known(1), [H]],
    ['both, when only a later one is known', 5, known(9), [before, H]],
    ['both, when it comes again (another value)', 5, known(5), [before, H]],
    ['both, when the known one was of another hour', 5, known(-1), [before, H]],
    ['its hour only, when the earliest known is earlier, in any order', 5, known(9, 1, 7), [H]],
    ['both, on the full hour', 0, known(0), [before, H]],
  ])('%s', (_case, minute, map, hours) => expect(hoursTouched({ registerId: 7, at: at(minute) }, map)).toEqual(hours))
})

describe('hours that wait', () => {
  const all = { isReady: () => true, hoursMax: 100 }

  it('are claimed as the earliest run of each register', () => {
    const due = dueHours([place(1, 4), place(1, 0), place(1, 1), place(2, 9)])
    expect(due.claim(all).runs).toEqual([
      { registerId: 1, from: H, until: H + 2 * HOUR_MS },
      { registerId: 2, from: H + 9 * HOUR_MS, until: H + 10 * HOUR_MS },
    ])
  })
  it.each([
    ['as far as they are ready', { isReady: (_: number, hour: number) => hour < H + HOUR_MS, hoursMax: 100 }, 1],
    ['of no further register when there are enough', { isReady: () => true, hoursMax: 3 }, 3],
    ['a run undivided', { isReady: () => true, hoursMax: 2 }, 3],
    ['none when none is ready', { isReady: () => false, hoursMax: 2 }, 0],
  ])('are claimed %s', (_case, pick, hours) => {
    const due = dueHours([place(1, 0), place(1, 1), place(1, 2), place(2, 5)])
    expect(due.claim(pick).runs.flatMap(hoursOfRun)).toHaveLength(hours)
  })
  it('stay when they were touched between the claim and its commit', () => {
    const due = dueHours([place(1, 0), place(1, 1)])
    const claim = due.claim(all)
    expect(due.touch(place(1, 1))).toBe(true)
    expect(claim.settle(new Set())).toEqual([place(1, 0)])
    expect(due.size()).toBe(1)
    expect(due.claim(all).settle(new Set())).toEqual([place(1, 1)])
    expect(due.size()).toBe(0)
  })
  it('stay when their register failed', () => {
    const due = dueHours([place(1, 0), place(2, 0)])
    expect(due.claim(all).settle(new Set([1]))).toEqual([place(2, 0)])
    expect(due.claim(all).runs).toMatchObject([{ registerId: 1 }])
  })
  it('are new to whoever touches them after they were settled', () => {
    const due = dueHours([place(1, 0)])
    due.claim(all).settle(new Set())
    expect(due.touch(place(1, 0))).toBe(false)
    due.add([place(1, 0), place(1, 0)])
    expect(due.size()).toBe(1)
  })
})
