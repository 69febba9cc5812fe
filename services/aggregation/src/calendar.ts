// What follows the calendar: shortly after each full hour closing is woken, and once a day the log gets a summary.

import type { Logger } from '@parkpulse/host'
import { schedule } from 'node-cron'
import type { Tallies } from './tallies.ts'

/** Two seconds past the hour: meters that speak on the hour have spoken, and the hour need not wait for its tick. */
const AFTER_THE_HOUR = '2 0 * * * *'
/** Five past midnight, when the last hour of the day is closed if all is well. */
const DAILY = '0 5 0 * * *'
/** One process serves parks of several zones, and hours are UTC hours: so is this day. */
const TIME_ZONE = 'UTC'

export type CalendarDoors = {
  readonly wakeClosing: () => void
  readonly tallies: Pick<Tallies, 'takeDay'>
  readonly log: Logger
}

/** Starts both; `close` stops them. */
export function openCalendar({ wakeClosing, tallies, log }: CalendarDoors): { close(): Promise<void> } {
  const hourly = schedule(AFTER_THE_HOUR, wakeClosing, { timezone: TIME_ZONE })
  const daily = schedule(DAILY, () => logDay(tallies, log), { timezone: TIME_ZONE })
  return {
    async close() {
      await hourly.destroy()
      await daily.destroy()
    },
  }
}

/** What was counted since the last summary, in a sentence. */
export function logDay(tallies: Pick<Tallies, 'takeDay'>, log: Pick<Logger, 'info'>): void {
  const day = tallies.takeDay()
  const { closed, restated, provisional, noFactor, fired } = day
  log.info(
    day,
    `since the last summary: ${closed} hours closed, ${restated} restated, ${provisional} emissions with a provisional factor, ` +
      `${noFactor} without a factor, ${fired} alerts fired`,
  )
}
