import { expect, test } from 'vitest'
import { dayKind, localDay, localHour } from './calendar.ts'
import { temperatureC } from './weather.ts'

test.each([
  ['2026-11-18T12:00:00+07:00', 'weekday'],
  ['2026-11-21T00:00:00+07:00', 'saturday'],
  ['2026-11-21T23:59:59+07:00', 'saturday'],
  ['2026-11-22T00:00:00+07:00', 'sunday'],
  ['2026-02-17T10:00:00+07:00', 'holiday'],
  ['2026-02-14T10:00:00+07:00', 'saturday'],
  ['2026-02-22T10:00:00+07:00', 'holiday'],
  ['2026-02-23T10:00:00+07:00', 'weekday'],
  ['2026-09-02T10:00:00+07:00', 'holiday'],
])('%s is a %s in Hai Phong', (time, kind) => {
  expect(dayKind(localDay(Date.parse(time)))).toBe(kind)
})

test('local hours run from midnight at UTC+7', () => {
  expect(localHour(Date.parse('2026-11-22T17:00:00Z'))).toBe(0)
  expect(localHour(Date.parse('2026-11-22T16:45:00Z'))).toBe(23.75)
})

test.each([
  [1, 12, 22],
  [7, 26, 32],
])('month %i is between %i and %i degrees on average', (month, low, high) => {
  const hours = Array.from({ length: 24 * 28 }, (_, i) => Date.UTC(2026, month - 1, 1, i))
  const mean = hours.reduce((sum, at) => sum + temperatureC(1, at), 0) / hours.length
  expect(mean).toBeGreaterThan(low)
  expect(mean).toBeLessThan(high)
})
