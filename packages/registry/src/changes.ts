// The cycle of a change: lock, catch up, draft, write, take over. And the short cycle of looking for others' changes.

import type { Book } from './book.ts'
import { draftOn, isUnchanged, type Draft } from './draft.ts'
import { takeOver } from './load.ts'
import type { CounterName, Database } from './schema.ts'
import { createTurns } from './turns.ts'
import { writeDraft } from './write.ts'

/** What a plan says of its draft: keep it, or throw it away. */
export type Planned<T> = { readonly keep: boolean; readonly outcome: T }

export type Changes = {
  /**
   * Lets `plan` fill a draft on top of what is registered at that very moment, and writes it in one transaction.
   * Afterwards the book holds it. Rejects, with nothing written, when the database does.
   */
  change<T>(plan: (draft: Draft) => Planned<T>): Promise<T>
  /** Takes over what other processes changed. */
  refresh(): Promise<void>
}

/** `onDoors` is called when credentials that somebody may remember were changed. */
export const openChanges = async (
  db: Database,
  book: Book,
  { onDoors, now }: { readonly onDoors: () => void; readonly now: () => number },
): Promise<Changes> => {
  const inTurn = createTurns()
  const counters = db.selectFrom('counter').selectAll().where('name', 'in', ['installation', 'doors']).compile()
  let doorsSeen = 0

  const catchUp = (): Promise<void> =>
    inTurn(() =>
      db
        .transaction()
        .setAccessMode('read only')
        .execute(async (tx) => takeOver(tx, book, await counter(tx, 'installation'))),
    )

  const refresh: Changes['refresh'] = async () => {
    const { rows } = await db.executeQuery(counters)
    const value = (name: CounterName): number => Number(rows.find((row) => row.name === name)?.value)
    if (value('doors') !== doorsSeen) onDoors()
    doorsSeen = value('doors')
    if (value('installation') > book.version) await catchUp()
  }

  await refresh()
  return {
    refresh,
    change: async (plan) => {
      const { written, outcome } = await inTurn(() => changeNow({ db, book, now }, plan))
      if (written) await catchUp()
      return outcome
    },
  }
}

const changeNow = async <T>(
  { db, book, now }: { readonly db: Database; readonly book: Book; readonly now: () => number },
  plan: (draft: Draft) => Planned<T>,
): Promise<{ readonly written: boolean; readonly outcome: T }> => {
  const tx = await db.startTransaction().execute()
  try {
    // Raised first: whoever else wants to change something waits for this row, on PostgreSQL as well.
    const version = await raise(tx, 'installation', 1)
    await takeOver(tx, book, version - 1)
    const lastRegister = await counter(tx, 'register')
    const draft = draftOn(book, lastRegister, now())
    const { keep, outcome } = plan(draft)
    const written = keep && !isUnchanged(draft)
    if (written) {
      await raise(tx, 'register', draft.lastRegister - lastRegister)
      await writeDraft(tx, draft, version)
      await tx.commit().execute()
    } else {
      await tx.rollback().execute()
    }
    return { written, outcome }
  } catch (error) {
    if (!tx.isCommitted && !tx.isRolledBack) await tx.rollback().execute()
    throw error
  }
}

const counter = async (tx: Database, name: CounterName): Promise<number> =>
  (await tx.selectFrom('counter').select('value').where('name', '=', name).executeTakeFirstOrThrow()).value

const raise = async (tx: Database, name: CounterName, by: number): Promise<number> => {
  const { value } = await tx
    .updateTable('counter')
    .set((row) => ({ value: row('value', '+', by) }))
    .where('name', '=', name)
    .returning('value')
    .executeTakeFirstOrThrow()
  return value
}
