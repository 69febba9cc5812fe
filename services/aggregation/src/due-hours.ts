// The hours that wait to be closed or restated, in memory beside what the store keeps of them; the two loops meet here.

import { HOUR_MS, type Instant, type RegisterId } from '@parkpulse/metering'
import type { DueHour, HourRun } from '@parkpulse/store'

export type DueHours = {
  size(): number
  /** Whether it waits; if so, it has been touched again and whoever is closing it now will leave it waiting. */
  touch(place: DueHour): boolean
  /** They wait, in the store too: to be called when that is committed. */
  add(places: readonly DueHour[]): void
  claim(pick: Pick): Claim
}

export type Pick = {
  readonly isReady: (registerId: RegisterId, hour: Instant) => boolean
  /**
   * No further register is taken when so many hours are. A run itself is never divided: its second half would have to
   * be computed from its beginning again, and with a gap of years that is once for each part.
   */
  readonly hoursMax: number
}

/** Hours taken for closing: of each register the earliest run without a hole, as far as it is ready. */
export type Claim = {
  readonly runs: readonly HourRun[]
  /**
   * Takes out those that were not touched since the claim, without those of registers that failed, and returns them; to be called
   * in the same breath as the commit.
   */
  settle(failed: { has(registerId: RegisterId): boolean }): readonly DueHour[]
}

/**
 * Hours that wait. The order of calls keeps the store and the memory the same: the feed touches before its commit and adds
 * after it; closing settles in the breath in which it hands over its commit, and adds again what a failed commit leaves.
 */
export function dueHours(stored: readonly DueHour[]): DueHours {
  const waiting = new Map<RegisterId, Map<Instant, number>>()
  let size = 0
  function add(places: readonly DueHour[]): void {
    for (const { registerId, hour } of places) {
      const hours = waiting.get(registerId) ?? new Map<Instant, number>()
      waiting.set(registerId, hours)
      if (!hours.has(hour)) size += 1
      hours.set(hour, (hours.get(hour) ?? 0) + 1)
    }
  }
  function take({ registerId, hour }: DueHour): void {
    const hours = waiting.get(registerId)
    if (hours?.delete(hour) === true) size -= 1
    if (hours?.size === 0) waiting.delete(registerId)
  }
  const touchesOf = ({ registerId, hour }: DueHour) => waiting.get(registerId)?.get(hour)

  add(stored)
  return {
    size: () => size,
    add,
    touch(place) {
      const isWaiting = touchesOf(place) !== undefined
      if (isWaiting) add([place])
      return isWaiting
    },
    claim(pick) {
      const runs = pickRuns(waiting, pick)
      const claimed = runs.flatMap(hoursOfRun).map((place) => ({ place, touches: touchesOf(place) }))
      return {
        runs,
        settle(failed) {
          const untouched = claimed.filter(({ place, touches }) => touchesOf(place) === touches)
          const places = untouched.map(({ place }) => place).filter(({ registerId }) => !failed.has(registerId))
          for (const place of places) take(place)
          return places
        },
      }
    },
  }
}

function pickRuns(waiting: ReadonlyMap<RegisterId, ReadonlyMap<Instant, number>>, pick: Pick): HourRun[] {
  const runs: HourRun[] = []
  let room = pick.hoursMax
  for (const [registerId, hours] of waiting) {
    if (room <= 0) break
    const from = [...hours.keys()].reduce((first, hour) => Math.min(first, hour))
    let until = from
    while (hours.has(until) && pick.isReady(registerId, until)) {
      until += HOUR_MS
      room -= 1
    }
    if (until > from) runs.push({ registerId, from, until })
  }
  return runs
}

/** A run, hour by hour. */
export function hoursOfRun({ registerId, from, until }: HourRun): DueHour[] {
  const length = Math.max(0, (until - from) / HOUR_MS)
  return Array.from({ length }, (_, index) => ({ registerId, hour: from + index * HOUR_MS }))
}
