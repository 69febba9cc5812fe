// Places by number: names are written once, the ledger and the quarantine refer to them.

import type { DatabaseSync } from 'node:sqlite'
import type { LedgerPlace } from '../ports.ts'
import type { PackedBatch } from './packed-batch.ts'

/** Ids remembered; beyond, start over. See PLACES_MAX in packed-batch. */
const REMEMBERED_MAX = 300_000

export type Places = {
  /** Takes in the names that a batch brings. */
  learn(batch: Pick<PackedBatch, 'placesFrom' | 'places'>): void
  /** The id of the place that the packer numbered so. */
  idOfNumber(number: number): number
  /** The id of a name; writes it when it is new. */
  idOf(name: LedgerPlace): number
  /** After a rollback: ids given since may not exist. */
  forget(): void
}

export const createPlaces = (db: DatabaseSync): Places => {
  const names: LedgerPlace[] = []
  let idsByNumber: (number | undefined)[] = []
  const ids = new Map<LedgerPlace, number>()
  const find = db.prepare('SELECT id FROM place WHERE name = ?')
  const add = db.prepare('INSERT INTO place(name) VALUES (?)')
  const forget = (): void => {
    ids.clear()
    idsByNumber = []
  }
  const idOf = (name: LedgerPlace): number => {
    const known = ids.get(name)
    if (known !== undefined) return known
    const found = find.get(name)
    const id = found === undefined ? Number(add.run(name).lastInsertRowid) : Number(found['id'])
    ids.set(name, id)
    return id
  }
  return {
    learn: ({ placesFrom, places }) => {
      if (ids.size > REMEMBERED_MAX) forget()
      names.length = placesFrom
      if (idsByNumber.length > placesFrom) idsByNumber.length = placesFrom
      for (const place of places) names.push(place)
    },
    idOfNumber: (number) => {
      const known = idsByNumber[number]
      if (known !== undefined) return known
      const id = idOf(names[number] as LedgerPlace)
      idsByNumber[number] = id
      return id
    },
    idOf,
    forget,
  }
}
