import { describe, expect, test } from 'vitest'
import { parseInstant, zoneNamed } from './zone.ts'

describe('instants as people write them', () => {
  test.each([
    ['2026-11-22T08:00:00+07:00', '2026-11-22T01:00:00.000Z'],
    ['2026-11-22T08:00:00 07:00', '2026-11-22T01:00:00.000Z'],
    ['2026-11-22T01:00:00Z', '2026-11-22T01:00:00.000Z'],
    ['2026-11-22t01:00:00.5z', '2026-11-22T01:00:00.500Z'],
    ['2026-11-21T20:00:00-05:00', '2026-11-22T01:00:00.000Z'],
    ['2026-11-22T08:00+0700', '2026-11-22T01:00:00.000Z'],
    ['1795309200000', '2026-11-22T01:00:00.000Z'],
    ['2026-02-31T00:00:00Z', undefined],
    ['2026-11-22T25:00:00Z', undefined],
    ['2026-11-22T08:00:00', undefined],
    ['2026-11-22', undefined],
    ['yesterday', undefined],
    ['-1', undefined],
    ['1e12', undefined],
    ['', undefined],
    ['999999999999999', undefined],
  ])('%s', (text, expected) => {
    const at = parseInstant(text)
    expect(at === undefined ? undefined : new Date(at).toISOString()).toBe(expected)
  })
})

describe('instants in the time of a park', () => {
  test.each([
    ['Asia/Ho_Chi_Minh', '2026-11-22T01:00:00Z', '2026-11-22T08:00:00+07:00'],
    ['Asia/Ho_Chi_Minh', '2026-11-22T01:00:00.120Z', '2026-11-22T08:00:00.120+07:00'],
    ['Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25T02:30:00+02:00'],
    ['Europe/Berlin', '2026-10-25T01:30:00Z', '2026-10-25T02:30:00+01:00'],
    ['America/St_Johns', '2026-01-01T00:00:00Z', '2025-12-31T20:30:00-03:30'],
    ['UTC', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00+00:00'],
  ])('%s %s', (zone, at, expected) => {
    expect(zoneNamed(zone).format(Date.parse(at))).toBe(expected)
    expect(parseInstant(expected)).toBe(Date.parse(at))
  })
})
