// Rejections and refusals: written, replayed, given up, and bounded.

import type { DatabaseSync } from 'node:sqlite'
import type { Refusal, Rejection } from '../ports.ts'
import { StoreError } from '../store-error.ts'
import type { Places } from './places.ts'
import { prepareRows } from './rows.ts'
import type { LedgerWriter } from './write-ledger.ts'

export type QuarantineLimits = {
  /** Rejections on record. A person reads hundreds; a hundred thousand are a day of one broken gateway, about 150 MB. */
  readonly rejectionsMax: number
  /** Payloads that wait for their meter: 256 MiB are 1.5 million ordinary messages, or 500 of the largest. */
  readonly waitingBytesMax: number
  readonly refusalsMax: number
}

export const QUARANTINE_LIMITS: QuarantineLimits = {
  rejectionsMax: 100_000,
  waitingBytesMax: 256 * 1024 ** 2,
  refusalsMax: 200_000,
}

/** What is kept of a payload that does not wait: enough for a person to see what it was. */
export const PAYLOAD_SHOWN_BYTES = 1024
/** Topics of the contract are shorter than 160 characters; MQTT allows 65 535. */
const TEXT_MAX = 1_000

const clip = (text: string): string => (text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text)

type Waiting = { readonly id: number; readonly place: number; readonly receivedAt: number; readonly values: number }
type Sizes = { count: number; waiting: number; waitingBytes: number }

export type QuarantineWriter = {
  /** Whether all, some or none of these ids wait. */
  waitingAmong(ids: readonly number[]): 'all' | 'some' | 'none'
  /** Takes the values of these out of the ledger; what became of them is counted anew by the same batch. */
  replay(ids: readonly number[]): void
  giveUp(ids: readonly number[]): void
  reject(rejections: readonly Rejection[]): void
  refuse(refusals: readonly Refusal[]): void
  /** Drops the oldest that do not wait, then gives up the oldest that do. */
  bound(): void
  forget(): void
}

export type QuarantineDoors = {
  readonly db: DatabaseSync
  readonly places: Places
  readonly ledger: LedgerWriter
  readonly limits: QuarantineLimits
}

export const prepareQuarantine = ({ db, places, ledger, limits }: QuarantineDoors): QuarantineWriter => {
  const find = db.prepare(
    "SELECT id, place, receivedAt, valueCount, length(payload) AS bytes FROM rejection WHERE id = ? AND state = 'waiting'",
  )
  const leave = db.prepare('UPDATE rejection SET state = ?, payload = substr(payload, 1, ?) WHERE id = ?')
  const oldestWaiting = db.prepare("SELECT id FROM rejection WHERE state = 'waiting' ORDER BY id LIMIT ?")
  const dropOldest = db.prepare(
    "DELETE FROM rejection WHERE id IN (SELECT id FROM rejection WHERE state <> 'waiting' ORDER BY id LIMIT ?)",
  )
  const measure = db.prepare(`SELECT count(*) AS count, count(*) FILTER (WHERE state = 'waiting') AS waiting,
    coalesce(sum(length(payload)) FILTER (WHERE state = 'waiting'), 0) AS bytes FROM rejection`)
  const insertRejections = prepareRows(db, {
    into: 'rejection(state, position, receivedAt, place, valueCount, replayable, reason, principal, topic, detail, payload)',
    width: 11,
  })
  const insertRefusals = prepareRows(db, {
    into: 'refusal(position, receivedAt, place, "check", topic, detail)',
    width: 6,
  })
  const dropRefusals = db.prepare('DELETE FROM refusal WHERE id <= (SELECT max(id) FROM refusal) - ?')
  let known: Sizes | undefined
  const sizes = (): Sizes => {
    const row = known === undefined ? measure.get() : undefined
    known ??= { count: Number(row?.['count']), waiting: Number(row?.['waiting']), waitingBytes: Number(row?.['bytes']) }
    return known
  }
  const take = (id: number, state: 'replayed' | 'rejected'): Waiting => {
    const now = sizes()
    const row = find.get(id)
    if (row === undefined) throw new StoreError('STORE_NOT_WAITING', `rejection ${id} does not wait`)
    leave.run(state, PAYLOAD_SHOWN_BYTES, id)
    now.waiting -= 1
    now.waitingBytes -= Number(row['bytes'])
    return { id, place: Number(row['place']), receivedAt: Number(row['receivedAt']), values: Number(row['valueCount']) }
  }
  const giveUp = (ids: readonly number[]): void => {
    for (const id of ids) {
      const { place, receivedAt, values } = take(id, 'rejected')
      ledger.count(place, receivedAt, 'pending', -values)
      ledger.count(place, receivedAt, 'rejected', values)
    }
  }
  return {
    waitingAmong: (ids) => {
      const waiting = ids.filter((id) => find.get(id) !== undefined).length
      if (waiting === 0) return 'none'
      return waiting === ids.length ? 'all' : 'some'
    },
    replay: (ids) => {
      for (const id of ids) {
        const { place, receivedAt, values } = take(id, 'replayed')
        ledger.receive(place, receivedAt, -values)
        ledger.count(place, receivedAt, 'pending', -values)
      }
    },
    giveUp,
    reject: (rejections) => {
      if (rejections.length === 0) return
      const now = sizes()
      insertRejections(rejections.length, (args, from, row) => {
        const r = rejections[row] as Rejection
        const place = places.idOf(r.place)
        const payload = r.replayable ? r.payload : r.payload.subarray(0, PAYLOAD_SHOWN_BYTES)
        ledger.receive(place, r.receivedAt, r.values)
        ledger.count(place, r.receivedAt, r.replayable ? 'pending' : 'rejected', r.values)
        now.count += 1
        now.waiting += r.replayable ? 1 : 0
        now.waitingBytes += r.replayable ? payload.byteLength : 0
        const state = r.replayable ? 'waiting' : 'rejected'
        const numbers = [r.position, r.receivedAt, place, r.values, r.replayable ? 1 : 0]
        const row11 = [state, ...numbers, r.reason, clip(r.principal), clip(r.topic), clip(r.detail), payload]
        for (const [c, value] of row11.entries()) args[from + c] = value
      })
    },
    refuse: (refusals) => {
      if (refusals.length === 0) return
      insertRefusals(refusals.length, (args, from, row) => {
        const r = refusals[row] as Refusal
        const place = places.idOf(r.place)
        ledger.receive(place, r.receivedAt, 1)
        ledger.count(place, r.receivedAt, 'refused', 1)
        const row6 = [r.position, r.receivedAt, place, r.check, clip(r.topic), clip(r.detail)]
        for (const [c, value] of row6.entries()) args[from + c] = value
      })
      dropRefusals.run(limits.refusalsMax)
    },
    bound: () => {
      const now = sizes()
      const excess = (): number => now.count - limits.rejectionsMax
      if (excess() > 0) now.count -= Number(dropOldest.run(excess()).changes)
      const over = (): boolean => excess() > 0 || now.waitingBytes > limits.waitingBytesMax
      while (over() && now.waiting > 0) {
        const ids = oldestWaiting.all(Math.max(1, Math.min(excess(), 1_000))).map((row) => Number(row['id']))
        if (ids.length === 0) throw new Error(`${now.waiting} rejections should wait and none does`)
        giveUp(ids)
        if (excess() > 0) now.count -= Number(dropOldest.run(excess()).changes)
      }
    },
    forget: () => {
      known = undefined
    },
  }
}
