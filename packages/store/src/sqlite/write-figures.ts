// One step of aggregation, one transaction.

import type { DatabaseSync } from 'node:sqlite'
import type { FiguresChange } from '../ports.ts'
import { inTransaction } from './database.ts'
import { EMISSION_WIDTH, HOUR_WIDTH, type PackedEmissions, type PackedHours } from './packed-figures.ts'
import { prepareRows } from './rows.ts'

/** Register and hour, two numbers each. */
export type PackedChange = PackedHours &
  PackedEmissions & {
    readonly dueAdded: Float64Array<ArrayBuffer>
    readonly dueDone: Float64Array<ArrayBuffer>
  } & Pick<FiguresChange, 'feedUpTo' | 'alertStates' | 'transitions'>

const PAST_REGISTER_AND_HOUR = 2

const overwrite = (columns: readonly string[]): string =>
  `ON CONFLICT DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`

const columnsOf = (db: DatabaseSync, table: string): readonly string[] =>
  db
    .prepare(`PRAGMA table_info(${table})`)
    .all()
    .map((row) => String(row['name']))

const prepareHours = (db: DatabaseSync): ((packed: PackedHours) => void) => {
  const after = overwrite(columnsOf(db, 'hour').slice(PAST_REGISTER_AND_HOUR))
  const upsert = prepareRows(db, { into: 'hour', width: HOUR_WIDTH + 1, after })
  return ({ hours, events }) => {
    const eventsOf = new Map(events)
    upsert(hours.length / HOUR_WIDTH, (args, from, row) => {
      // NaN is bound as NULL.
      for (let c = 0; c < HOUR_WIDTH; c += 1) args[from + c] = hours[row * HOUR_WIDTH + c] as number
      args[from + HOUR_WIDTH] = eventsOf.get(row) ?? null
    })
  }
}

const prepareEmissions = (db: DatabaseSync): ((packed: PackedEmissions) => void) => {
  const after = overwrite(columnsOf(db, 'emission').slice(PAST_REGISTER_AND_HOUR))
  const upsert = prepareRows(db, { into: 'emission', width: EMISSION_WIDTH, after })
  const find = db.prepare('SELECT id FROM factor WHERE name = ?')
  const add = db.prepare('INSERT INTO factor(name) VALUES (?)')
  const idOf = (name: string): number => {
    const found = find.get(name)
    return found === undefined ? Number(add.run(name).lastInsertRowid) : Number(found['id'])
  }
  return ({ emissions, factors }) => {
    const ids = factors.map(idOf)
    upsert(emissions.length / EMISSION_WIDTH, (args, from, row) => {
      for (let c = 0; c < EMISSION_WIDTH; c += 1) args[from + c] = emissions[row * EMISSION_WIDTH + c] as number
      args[from + 6] = ids[args[from + 6] as number] ?? null
    })
  }
}

const prepareDue = (db: DatabaseSync): ((change: Pick<PackedChange, 'dueAdded' | 'dueDone'>) => void) => {
  const add = prepareRows(db, { into: 'due(register, hour)', width: 2, after: 'ON CONFLICT DO NOTHING' })
  const remove = db.prepare('DELETE FROM due WHERE register = ? AND hour = ?')
  return ({ dueAdded, dueDone }) => {
    for (let i = 0; i < dueDone.length; i += 2) remove.run(dueDone[i] as number, dueDone[i + 1] as number)
    add(dueAdded.length / 2, (args, from, row) => {
      args[from] = dueAdded[row * 2] as number
      args[from + 1] = dueAdded[row * 2 + 1] as number
    })
  }
}

const prepareAlerts = (db: DatabaseSync): ((change: Pick<PackedChange, 'alertStates' | 'transitions'>) => void) => {
  const upsert = prepareRows(db, {
    into: 'alert_state(alert, rule, register, kind, since, clearSince, seenAt)',
    width: 7,
    after: overwrite(['rule', 'register', 'kind', 'since', 'clearSince', 'seenAt']),
  })
  const append = prepareRows(db, {
    into: 'transition(alert, rule, register, "from", "to", at, value, recordedAt)',
    width: 8,
  })
  return ({ alertStates, transitions }) => {
    upsert(alertStates.length, (args, from, row) => {
      const { alertId, ruleId, registerId, state } = alertStates[row] as PackedChange['alertStates'][number]
      const since = state.kind === 'inactive' ? null : state.since
      const clearSince = state.kind === 'firing' ? (state.clearSince ?? null) : null
      const values = [alertId, ruleId, registerId, state.kind, since, clearSince, state.seenAt ?? null]
      for (const [c, value] of values.entries()) args[from + c] = value
    })
    append(transitions.length, (args, from, row) => {
      const t = transitions[row] as PackedChange['transitions'][number]
      const values = [t.alertId, t.ruleId, t.registerId, t.from, t.to, t.at, t.value, t.recordedAt]
      for (const [c, value] of values.entries()) args[from + c] = value
    })
  }
}

/** Prepares the writing of changes. A change that throws leaves nothing behind. */
export const prepareFiguresWriter = (db: DatabaseSync): ((change: PackedChange) => void) => {
  const due = prepareDue(db)
  const hours = prepareHours(db)
  const emissions = prepareEmissions(db)
  const alerts = prepareAlerts(db)
  const advance = db.prepare('UPDATE progress SET feedUpTo = ?')
  return (change) =>
    inTransaction(db, () => {
      due(change)
      hours(change)
      emissions(change)
      alerts(change)
      if (change.feedUpTo !== undefined) advance.run(change.feedUpTo)
    })
}
