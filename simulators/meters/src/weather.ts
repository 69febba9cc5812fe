// The weather over the park: one temperature for all sites, after Hai Phong's climate.

import type { Instant } from '@parkpulse/metering'
import { localHour, DAY_MS, ZONE_OFFSET_MS } from './calendar.ts'
import { between, wave } from './chance.ts'

/** Monthly means in °C for Hai Phong, rounded from published climate tables; close enough to practise on. */
const MONTH_MEAN_C = [16.5, 17.4, 19.8, 23.6, 27.1, 28.8, 28.9, 28.3, 27.2, 24.9, 21.7, 18.2]

/** Half of the difference between a day's highest and lowest temperature. The sea keeps it small. */
const DAY_SWING_C = 3
const WARMEST_HOUR = 14

/** Cold fronts and hot spells: they change over about two and a half days. */
const SPELL_C = 3.5
const SPELL_DAYS = 2.5

/** The temperature of the air in °C. */
export function temperatureC(seed: number, at: Instant): number {
  const day = Math.cos(((localHour(at) - WARMEST_HOUR) / 24) * 2 * Math.PI) * DAY_SWING_C
  const spell = wave(seed ^ 0x7ea7, at / (SPELL_DAYS * DAY_MS)).value * SPELL_C
  return seasonC(at) + day + spell
}

/** The mean of the season, running straight from the middle of one month to the middle of the next. */
function seasonC(at: Instant): number {
  const date = new Date(at + ZONE_OFFSET_MS)
  const x = date.getUTCMonth() + (date.getUTCDate() - 15.5) / 30.5
  const before = Math.floor(x)
  return between(monthMeanC(before), monthMeanC(before + 1), x - before)
}

const monthMeanC = (month: number): number => MONTH_MEAN_C[(month + 12) % 12] as number
