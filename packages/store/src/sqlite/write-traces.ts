// What a batch's readings leave behind beside themselves: presence, latest values, conflicts.

import type { DatabaseSync } from 'node:sqlite'
import { HOUR_MS } from '@parkpulse/metering'
import { GROUP_WIDTH, READING_WIDTH } from './packed-batch.ts'
import { prepareRows } from './rows.ts'
import { type Classified, REPEATED } from './write-readings.ts'

/** (register, hour) pairs known to be in `presence`, to write each once: three hours of 300 000 registers, some 40 MB. */
const PRESENCE_REMEMBERED_MAX = 1_000_000
const REGISTERS = 2 ** 32

export type PresenceWriter = { write(readings: Float64Array): void; forget(): void }

/** One row for each register and hour that holds readings. */
export const preparePresence = (db: DatabaseSync): PresenceWriter => {
  const known = new Set<number>()
  const insert = prepareRows(db, { into: 'presence(register, hour)', width: 2, after: 'ON CONFLICT DO NOTHING' })
  return {
    write: (readings) => {
      if (known.size > PRESENCE_REMEMBERED_MAX) known.clear()
      const news: number[] = []
      for (let i = 0; i < readings.length; i += READING_WIDTH) {
        const key = Math.floor((readings[i + 1] as number) / HOUR_MS) * REGISTERS + (readings[i] as number)
        if (known.has(key)) continue
        known.add(key)
        news.push(key)
      }
      // By register, so that pages are touched in order.
      news.sort((a, b) => (a % REGISTERS) - (b % REGISTERS) || a - b)
      insert(news.length, (args, from, row) => {
        args[from] = (news[row] as number) % REGISTERS
        args[from + 1] = Math.floor((news[row] as number) / REGISTERS)
      })
    },
    forget: () => known.clear(),
  }
}

type Spoken = { readonly index: number; readonly receivedAt: number }

/** Of each register the newest reading that is not a repetition; among equal instants the last to arrive, which won. */
const newest = (readings: Float64Array, groups: Float64Array, kinds: Uint8Array): readonly Spoken[] => {
  const spoken = new Map<number, Spoken>()
  let i = 0
  for (let g = 0; g < groups.length; g += GROUP_WIDTH) {
    const receivedAt = groups[g + 1] as number
    for (const end = i + (groups[g + 2] as number); i < end; i += 1) {
      if (kinds[i] === REPEATED) continue
      const register = readings[i * READING_WIDTH] as number
      const before = spoken.get(register)
      const at = readings[i * READING_WIDTH + 1] as number
      if (before === undefined || at >= (readings[before.index * READING_WIDTH + 1] as number))
        spoken.set(register, { index: i, receivedAt })
    }
  }
  return [...spoken.values()]
}

/** Keeps the last value that each register spoke. */
export const prepareLatest = (
  db: DatabaseSync,
): ((readings: Float64Array, groups: Float64Array, kinds: Uint8Array) => void) => {
  const upsert = prepareRows(db, {
    into: 'latest(register, at, value, receivedAt)',
    width: 4,
    after: `ON CONFLICT DO UPDATE SET at = excluded.at, value = excluded.value, receivedAt = excluded.receivedAt
      WHERE excluded.at >= at`,
  })
  return (readings, groups, kinds) => {
    const spoken = newest(readings, groups, kinds)
    upsert(spoken.length, (args, from, row) => {
      const { index, receivedAt } = spoken[row] as Spoken
      const i = index * READING_WIDTH
      args[from] = readings[i] as number
      args[from + 1] = readings[i + 1] as number
      args[from + 2] = readings[i + 2] as number
      args[from + 3] = receivedAt
    })
  }
}

/** Puts both values of each conflict on record. Not bounded: they are evidence, like the readings themselves. */
export const prepareConflicts = (
  db: DatabaseSync,
): ((readings: Float64Array, displaced: Classified['displaced']) => void) => {
  const insert = prepareRows(db, {
    into: 'conflict(register, at, valueBefore, positionBefore, value, position)',
    width: 6,
  })
  return (readings, displaced) =>
    insert(displaced.length, (args, from, row) => {
      const { index, valueBefore, positionBefore } = displaced[row] as Classified['displaced'][number]
      const i = index * READING_WIDTH
      args[from] = readings[i] as number
      args[from + 1] = readings[i + 1] as number
      args[from + 2] = valueBefore
      args[from + 3] = positionBefore
      args[from + 4] = readings[i + 2] as number
      args[from + 5] = readings[i + 3] as number
    })
}
