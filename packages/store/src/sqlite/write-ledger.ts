// Counts what became of every value, by hour of receipt and place, and adds the counts to the ledger at the end of a batch.

import type { DatabaseSync } from 'node:sqlite'
import { hourOf, HOUR_MS, type Instant } from '@parkpulse/metering'
import { GROUP_WIDTH } from './packed-batch.ts'
import type { Places } from './places.ts'
import { prepareRows } from './rows.ts'

/** Columns of the ledger after hour and place; `received` comes first. The first three fates are those of write-readings. */
export const FATES = ['stored', 'repeated', 'conflicting', 'rejected', 'refused', 'pending'] as const
export type Fate = (typeof FATES)[number]

const WIDTH = FATES.length + 1
/** Room for 2^32 places beside the hour's 21 bits. */
const PLACES = 2 ** 32

export type LedgerWriter = {
  /** Counts values as received; they must get a fate too. Negative when they are taken out to be counted anew. */
  receive(placeId: number, receivedAt: Instant, values: number): void
  count(placeId: number, receivedAt: Instant, fate: Fate, values: number): void
  /** Counts a batch's readings, group by group, by the kind of each. */
  countReadings(groups: Float64Array, kinds: Uint8Array, places: Places): void
  /** Adds what was counted to the table. */
  write(): void
  /** Drops what was counted. */
  forget(): void
}

export const prepareLedger = (db: DatabaseSync): LedgerWriter => {
  const slots = new Map<number, number>()
  let counts = new Float64Array(1024 * WIDTH)
  const add = prepareRows(db, {
    into: `ledger(hour, place, received, ${FATES.join(', ')})`,
    width: WIDTH + 2,
    after: `ON CONFLICT DO UPDATE SET received = received + excluded.received,
      ${FATES.map((fate) => `${fate} = ${fate} + excluded.${fate}`).join(', ')}`,
  })
  const slotOf = (placeId: number, receivedAt: Instant): number => {
    const key = (hourOf(receivedAt) / HOUR_MS) * PLACES + placeId
    const known = slots.get(key)
    if (known !== undefined) return known
    const slot = slots.size * WIDTH
    slots.set(key, slot)
    if (slot + WIDTH > counts.length) {
      const more = new Float64Array(counts.length * 2)
      more.set(counts)
      counts = more
    }
    counts.fill(0, slot, slot + WIDTH)
    return slot
  }
  const bump = (slot: number, column: number, values: number): void => {
    counts[slot + column] = (counts[slot + column] as number) + values
  }
  return {
    receive: (placeId, receivedAt, values) => bump(slotOf(placeId, receivedAt), 0, values),
    count: (placeId, receivedAt, fate, values) => bump(slotOf(placeId, receivedAt), 1 + FATES.indexOf(fate), values),
    countReadings: (groups, kinds, places) => {
      let i = 0
      for (let g = 0; g < groups.length; g += GROUP_WIDTH) {
        const size = groups[g + 2] as number
        const slot = slotOf(places.idOfNumber(groups[g] as number), groups[g + 1] as number)
        bump(slot, 0, size)
        for (const end = i + size; i < end; i += 1) bump(slot, 1 + (kinds[i] as number), 1)
      }
    },
    write: () => {
      const entries = [...slots]
      add(entries.length, (args, from, row) => {
        const [key, slot] = entries[row] as [number, number]
        args[from] = Math.floor(key / PLACES)
        args[from + 1] = key % PLACES
        for (let c = 0; c < WIDTH; c += 1) args[from + 2 + c] = counts[slot + c] as number
      })
      slots.clear()
    },
    forget: () => slots.clear(),
  }
}
