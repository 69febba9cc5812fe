// The calendar of Hai Phong: local days, weekdays, public holidays and Tet. Viet Nam keeps UTC+7 all year round.

import type { Instant } from '@parkpulse/metering'

export const ZONE_OFFSET_MS = 7 * 3_600_000
export const DAY_MS = 86_400_000

/** The first instant for which the simulator has an answer: local midnight of 1 January 2025. Registers count from here. */
export const EPOCH: Instant = Date.UTC(2025, 0, 1) - ZONE_OFFSET_MS

export type DayKind = 'weekday' | 'saturday' | 'sunday' | 'holiday'

/** New year's day of the lunar calendar. Factories rest from two days before it to five days after. */
const TET = ['2025-01-29', '2026-02-17', '2027-02-06', '2028-01-26', '2029-02-13', '2030-02-03', '2031-01-23']
const TET_DAYS_BEFORE = 2
const TET_DAYS_AFTER = 5

/** New Year, Reunification Day, Labour Day, National Day (two days), as month-day. The Hung Kings' day follows the moon and is left out. */
const HOLIDAYS = new Set(['1-1', '4-30', '5-1', '9-1', '9-2'])

const tetDays = new Set(
  TET.flatMap((date) => {
    const first = Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY_MS) - TET_DAYS_BEFORE
    return Array.from({ length: TET_DAYS_BEFORE + TET_DAYS_AFTER + 1 }, (_, i) => first + i)
  }),
)

/** The number of the local day that contains `at`, counted from 1970-01-01. */
export const localDay = (at: Instant): number => Math.floor((at + ZONE_OFFSET_MS) / DAY_MS)

/** Hours since local midnight, 0 ≤ h < 24. */
export const localHour = (at: Instant): number => ((((at + ZONE_OFFSET_MS) % DAY_MS) + DAY_MS) % DAY_MS) / 3_600_000

export function dayKind(day: number): DayKind {
  const date = new Date(day * DAY_MS)
  if (tetDays.has(day) || HOLIDAYS.has(`${date.getUTCMonth() + 1}-${date.getUTCDate()}`)) return 'holiday'
  const weekday = date.getUTCDay()
  if (weekday === 0) return 'sunday'
  return weekday === 6 ? 'saturday' : 'weekday'
}
