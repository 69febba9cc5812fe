// Reads alert states, transitions and acknowledgements.

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { AlertKind, AlertState } from '@parkpulse/alerting'
import type { Acknowledgement, NumberedTransition, StoredAlertState } from '../ports.ts'

type Row = Record<string, SQLOutputValue>

const optional = (value: SQLOutputValue | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined

const stateOf = (row: Row): AlertState => {
  const kind = row['kind'] as AlertKind
  const seenAt = optional(row['seenAt'])
  if (kind === 'inactive') return { kind, ...(seenAt !== undefined && { seenAt }) }
  const seen = { since: row['since'] as number, seenAt: row['seenAt'] as number }
  const clearSince = optional(row['clearSince'])
  return kind === 'pending' ? { kind, ...seen } : { kind, ...seen, ...(clearSince !== undefined && { clearSince }) }
}

const transitionOf = (row: Row): NumberedTransition => ({
  number: row['number'] as number,
  alertId: row['alert'] as string,
  ruleId: row['rule'] as string,
  registerId: row['register'] as number,
  from: row['from'] as AlertKind,
  to: row['to'] as AlertKind,
  at: row['at'] as number,
  value: row['value'] as number,
  recordedAt: row['recordedAt'] as number,
})

/** All alert states, by alert. */
export const prepareAlertStates = (db: DatabaseSync): (() => readonly StoredAlertState[]) => {
  const all = db.prepare('SELECT * FROM alert_state ORDER BY alert')
  return () =>
    all.all().map((row) => ({
      alertId: row['alert'] as string,
      ruleId: row['rule'] as string,
      registerId: row['register'] as number,
      state: stateOf(row),
    }))
}

export type AlertsReader = {
  states(): readonly StoredAlertState[]
  transitionsSince(after: number, limit: number): readonly NumberedTransition[]
  transitionsHead(): number
  transitions(before: number | undefined, limit: number): readonly NumberedTransition[]
  acknowledgements(): readonly Acknowledgement[]
}

export const prepareAlertsReader = (db: DatabaseSync): AlertsReader => {
  const since = db.prepare('SELECT * FROM transition WHERE number > ? ORDER BY number LIMIT ?')
  const newest = db.prepare('SELECT * FROM transition WHERE number < ? ORDER BY number DESC LIMIT ?')
  const head = db.prepare('SELECT coalesce(max(number), 0) AS head FROM transition')
  const acknowledgements = db.prepare(`SELECT alert, "by", comment, at FROM acknowledgement
    WHERE id IN (SELECT max(id) FROM acknowledgement GROUP BY alert) ORDER BY alert`)
  return {
    states: prepareAlertStates(db),
    transitionsSince: (after, limit) => since.all(after, limit).map(transitionOf),
    transitionsHead: () => Number(head.get()?.['head']),
    transitions: (before, limit) => newest.all(before ?? Number.MAX_SAFE_INTEGER, limit).map(transitionOf),
    acknowledgements: () =>
      acknowledgements.all().map((row) => ({
        alertId: row['alert'] as string,
        by: row['by'] as string,
        comment: row['comment'] as string,
        at: row['at'] as number,
      })),
  }
}
