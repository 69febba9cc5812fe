import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR_MS } from '@parkpulse/metering'
import { edgesOf, stretchesAtMost, type Interval } from './calendar.ts'
import { zoneNamed } from './zone.ts'

const hoursOf = (from: string, until: string, interval: Interval, zone: string) => {
  const edges = edgesOf({ from: Date.parse(from), until: Date.parse(until) }, interval, zoneNamed(zone))
  return edges.slice(1).map((edge, index) => (edge - (edges[index] ?? 0)) / HOUR_MS)
}

describe('days and months by the local calendar, in hours', () => {
  test.each([
    ['Asia/Ho_Chi_Minh', 'day', '2026-11-21T17:00:00Z', '2026-11-23T17:00:00Z', [24, 24]],
    ['Asia/Ho_Chi_Minh', 'day', '2026-11-22T03:00:00Z', '2026-11-23T17:00:00Z', [14, 24]],
    ['Europe/Berlin spring', 'day', '2026-03-27T23:00:00Z', '2026-03-30T22:00:00Z', [24, 23, 24]],
    ['Europe/Berlin autumn', 'day', '2026-10-23T22:00:00Z', '2026-10-26T23:00:00Z', [24, 25, 24]],
    ['Europe/Berlin', 'month', '2026-02-28T23:00:00Z', '2026-04-30T22:00:00Z', [743, 720]],
    ['Europe/Berlin', 'month', '2026-09-30T22:00:00Z', '2026-11-30T23:00:00Z', [745, 720]],
    ['America/New_York', 'day', '2026-03-07T05:00:00Z', '2026-03-10T04:00:00Z', [24, 23, 24]],
    ['Asia/Beirut midnight does not exist', 'day', '2026-03-27T22:00:00Z', '2026-03-29T21:00:00Z', [24, 23]],
    ['Asia/Kolkata midnight is at half past', 'day', '2026-11-21T19:00:00Z', '2026-11-23T19:00:00Z', [24, 24]],
    ['Asia/Ho_Chi_Minh', 'hour', '2026-11-22T00:00:00Z', '2026-11-22T03:00:00Z', [1, 1, 1]],
    ['UTC leap year', 'month', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z', [696]],
  ] as const)('%s by %s from %s until %s', (zone, interval, from, until, hours) => {
    expect(hoursOf(from, until, interval, zone.split(' ')[0] ?? '')).toEqual(hours)
  })
})

test('law: edges ascend, begin and end with the period, and every one in between begins a local day', () => {
  const start = Date.parse('2020-01-01T00:00:00Z') / HOUR_MS
  const anyHour = fc.integer({ min: start, max: start + 10 * 8766 })
  const anyZone = fc.constantFrom(
    'Asia/Ho_Chi_Minh',
    'Europe/Berlin',
    'America/St_Johns',
    'Pacific/Apia',
    'Asia/Beirut',
  )
  fc.assert(
    fc.property(anyHour, fc.integer({ min: 1, max: 2000 }), anyZone, (hour, length, name) => {
      const zone = zoneNamed(name)
      const period = { from: hour * HOUR_MS, until: (hour + length) * HOUR_MS }
      const edges = edgesOf(period, 'day', zone)
      expect(edges.at(0)).toBe(period.from)
      expect(edges.at(-1)).toBe(period.until)
      expect(edges.length - 1).toBeLessThanOrEqual(stretchesAtMost(period, 'day'))
      const localDay = (at: number) => Math.floor((at + zone.offsetMs(at)) / (24 * HOUR_MS))
      for (const edge of edges.slice(1, -1)) expect(localDay(edge)).toBe(localDay(edge - HOUR_MS) + 1)
    }),
    { numRuns: 200 },
  )
})
