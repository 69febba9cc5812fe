import { describe, expect, test } from 'vitest'
import { createAddresses, ENTRY_LIMITS, neighbourhood } from './addresses.ts'
import { createAttempts } from './attempts.ts'
import {
  ADDRESSES_REMEMBERED_MAX,
  FAILURE_WINDOW_MS,
  FAILURES_PER_ADDRESS_MAX,
  FAILURES_PER_USER_MAX,
} from './limits.ts'
import { createOnce, createRecent } from './once.ts'

const few = { ...ENTRY_LIMITS, connections: 5, perAddress: 3, unacceptedPerAddress: 2, ratePerS: 10, burst: 4 }

const said = (entry: ReturnType<ReturnType<typeof createAddresses>['enter']>) =>
  entry.kind === 'refused' ? entry.problem : 'in'

describe('connections', () => {
  test('of one address: unaccepted, then all', () => {
    const addresses = createAddresses(() => 0, few)
    const first = addresses.enter('a')
    expect(said(addresses.enter('a'))).toBe('in')
    expect(said(addresses.enter('a'))).toBe('too many unaccepted connections of one address')
    if (first.kind === 'in') first.place.accept()
    expect(said(addresses.enter('a'))).toBe('in')
    expect(said(addresses.enter('a'))).toBe('too many connections of one address')
    expect(said(addresses.enter('b'))).toBe('in')
  })

  test('in total', () => {
    const addresses = createAddresses(() => 0, few)
    expect(['a', 'b', 'c', 'd', 'e', 'f'].map((address) => said(addresses.enter(address)))).toEqual([
      ...Array.from({ length: 5 }, () => 'in'),
      'too many connections',
    ])
  })

  test('a place is given back once', () => {
    const addresses = createAddresses(() => 0, few)
    const entry = addresses.enter('a')
    addresses.enter('b')
    if (entry.kind === 'in') {
      entry.place.leave()
      entry.place.leave()
      entry.place.accept()
    }
    expect(addresses.total()).toBe(1)
  })

  test('in time: a burst, then the rate', () => {
    let now = 0
    const addresses = createAddresses(() => now, few)
    const visit = () => {
      const entry = addresses.enter('a')
      if (entry.kind === 'in') entry.place.leave()
      return said(entry)
    }
    expect(Array.from({ length: 5 }, visit)).toEqual(['in', 'in', 'in', 'in', 'connections come too fast'])
    now += 100 // one more at 10 per second
    expect([visit(), visit()]).toEqual(['in', 'connections come too fast'])
    now += 60_000
    expect(Array.from({ length: 5 }, visit)).toEqual(['in', 'in', 'in', 'in', 'connections come too fast'])
  })
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  [undefined, 'unknown'],
])('%s counts as %s', (remote, expected) => {
  expect(neighbourhood(remote)).toBe(expected)
})

describe('failed passwords', () => {
  test('one user name does not use up the others of its address', () => {
    let now = 0
    const attempts = createAttempts(() => now)
    for (let i = 0; i < FAILURES_PER_USER_MAX; i++) {
      expect(attempts.exhausted('a', 'u')).toBe(false)
      attempts.failed('a', 'u')
    }
    expect([attempts.exhausted('a', 'u'), attempts.exhausted('a', 'v'), attempts.exhausted('b', 'u')]).toEqual([
      true,
      false,
      false,
    ])
    now = FAILURE_WINDOW_MS
    expect(attempts.exhausted('a', 'u')).toBe(false)
  })

  test('many user names of one address do', () => {
    const attempts = createAttempts(() => 0)
    for (let i = 0; i < FAILURES_PER_ADDRESS_MAX; i++) attempts.failed('a', `u${i}`)
    expect([attempts.exhausted('a', 'new'), attempts.exhausted('b', 'new')]).toEqual([true, false])
  })
})

describe('bounded memory', () => {
  test('of what was seen', () => {
    const recent = createRecent<number>(ADDRESSES_REMEMBERED_MAX)
    for (let i = 0; i < ADDRESSES_REMEMBERED_MAX + 50; i++) recent.set(`k${i}`, i)
    expect([recent.size(), recent.get('k49'), recent.get('k50')]).toEqual([ADDRESSES_REMEMBERED_MAX, undefined, 50])
  })

  test('says each thing once', () => {
    const isNew = createOnce(2)
    expect(['a', 'a', 'b', 'a', 'c', 'b'].map(isNew)).toEqual([true, false, true, false, true, true])
  })
})
