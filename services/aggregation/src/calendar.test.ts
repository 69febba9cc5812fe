import type { Logger } from '@parkpulse/host'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openCalendar } from './calendar.ts'

const EVENING = Date.parse('2026-11-22T12:00:00Z')
const HOUR_MS = 3_600_000
const day = { closed: 24, restated: 1, provisional: 24, noFactor: 0, fired: 2 }
const clock = () => new Date().toISOString().slice(0, 19)

beforeEach(() => vi.useFakeTimers({ now: EVENING }))
afterEach(() => vi.useRealTimers())

describe('the calendar', () => {
  it('gives the log its summary at five past midnight UTC, and wakes closing after each full hour', async () => {
    const said: string[] = []
    const woken: string[] = []
    const log = { info: (_day: unknown, words: string) => said.push(`${clock()} ${words}`) } as unknown as Logger
    const calendar = openCalendar({ wakeClosing: () => woken.push(clock()), tallies: { takeDay: () => day }, log })
    await vi.advanceTimersByTimeAsync(13 * HOUR_MS)
    await calendar.close()
    expect(said).toEqual([
      '2026-11-23T00:05:00 since the last summary: 24 hours closed, 1 restated, 24 emissions with a provisional factor, 0 without a factor, 2 alerts fired',
    ])
    expect(woken).toHaveLength(13)
    expect(woken[0]).toBe('2026-11-22T12:00:02')
  })
})
