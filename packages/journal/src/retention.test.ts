import { describe, expect, test } from 'vitest'
import { expired } from './retention.ts'

const DAY = 1
const sealed = [
  { base: 0, end: 100, sealedAt: 10 * DAY },
  { base: 100, end: 200, sealedAt: 20 * DAY },
  { base: 200, end: 300, sealedAt: 30 * DAY },
]

describe('retention of 30 days', () => {
  test.each([
    { name: 'nothing is old', now: 40, cursor: undefined, gone: [] },
    { name: 'the first is a day too old', now: 41, cursor: undefined, gone: ['0'] },
    { name: 'all are', now: 61, cursor: undefined, gone: ['0', '100', '200'] },
    { name: 'a cursor is behind the first', now: 61, cursor: 100, gone: ['0'] },
    { name: 'a cursor is in the first', now: 61, cursor: 99, gone: [] },
    { name: 'a cursor was never moved', now: 100, cursor: 0, gone: [] },
    { name: 'a cursor holds for 90 days, and no longer', now: 101, cursor: 0, gone: ['0 forced'] },
    { name: 'two are over the maximum, one is not', now: 111, cursor: 99, gone: ['0 forced', '100 forced'] },
  ])('$name', ({ now, cursor, gone }) => {
    const due = expired(sealed, { now, retentionMs: 30 * DAY, leastCursor: cursor })
    expect(due.map(({ base, isForced }) => `${base}${isForced ? ' forced' : ''}`)).toEqual(gone)
  })

  test('nothing goes before what stands in front of it', () => {
    const disordered = [{ base: 0, end: 100, sealedAt: 50 }, ...sealed.slice(1)]
    expect(expired(disordered, { now: 60, retentionMs: 30, leastCursor: undefined })).toEqual([])
  })
})
