// Reads rejections and refusals, for a person to look at or for ingestion to replay.

import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { LedgerPlace, Refusal, StoredRejection } from '../ports.ts'

type Row = Record<string, SQLOutputValue>

const rejectionOf = (row: Row): StoredRejection => ({
  id: row['id'] as number,
  state: row['state'] as StoredRejection['state'],
  position: row['position'] as number,
  receivedAt: row['receivedAt'] as number,
  principal: row['principal'] as string,
  topic: row['topic'] as string,
  place: row['name'] as string,
  reason: row['reason'] as string,
  detail: row['detail'] as string,
  values: row['valueCount'] as number,
  replayable: row['replayable'] === 1,
  payload: row['payload'] as Uint8Array,
})

const refusalOf = (row: Row): Refusal & { id: number } => ({
  id: row['id'] as number,
  position: row['position'] as number,
  receivedAt: row['receivedAt'] as number,
  topic: row['topic'] as string,
  place: row['name'] as string,
  check: row['check'] as string,
  detail: row['detail'] as string,
})

/** SQL for `name` lying at or below a place; `''` is everything. '0' is the character after '/'. */
export const BELOW_PLACE = "(:place = '' OR name = :place OR (name > :place || '/' AND name < :place || '0'))"

/** Waiting rejections after an id, oldest first. Ids begin at 1. */
export const prepareWaiting = (db: DatabaseSync): ((limit: number, after?: number) => readonly StoredRejection[]) => {
  const waiting = db.prepare(
    `SELECT r.*, p.name FROM rejection r JOIN place p ON p.id = r.place WHERE r.state = 'waiting' AND r.id > ? ORDER BY r.id LIMIT ?`,
  )
  return (limit, after = 0) => waiting.all(after, limit).map(rejectionOf)
}

export type QuarantineReader = {
  rejections(place: LedgerPlace, before: number | undefined, limit: number): readonly StoredRejection[]
  refusals(place: LedgerPlace, before: number | undefined, limit: number): readonly (Refusal & { id: number })[]
}

/** Both newest first. Bounded tables, so walking back through them for one place takes milliseconds. */
export const prepareQuarantineReader = (db: DatabaseSync): QuarantineReader => {
  const page = (table: string): ((args: Record<string, SQLInputValue>) => Row[]) => {
    const statement = db.prepare(
      `SELECT t.*, p.name FROM ${table} t CROSS JOIN place p ON p.id = t.place
        WHERE t.id < :before AND ${BELOW_PLACE} ORDER BY t.id DESC LIMIT :limit`,
    )
    return (args) => statement.all(args)
  }
  const [rejections, refusals] = [page('rejection'), page('refusal')]
  const newest = Number.MAX_SAFE_INTEGER
  return {
    rejections: (place, before, limit) => rejections({ place, before: before ?? newest, limit }).map(rejectionOf),
    refusals: (place, before, limit) => refusals({ place, before: before ?? newest, limit }).map(refusalOf),
  }
}
