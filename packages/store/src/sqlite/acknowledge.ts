// Writes acknowledgements: the one thing that the api writes into figures.db, over a connection of its own.

import type { DatabaseSync } from 'node:sqlite'
import type { Instant } from '@parkpulse/metering'
import { StoreError } from '../store-error.ts'
import { inTransaction, openToWrite } from './database.ts'
import { FIGURES_SCHEMA } from './figures-schema.ts'

export type Acknowledger = {
  acknowledge(alertId: string, by: string, comment: string, at: Instant): void
  close(): void
}

/** Opens its connection at the first acknowledgement; waits for aggregation's commits, which are short. */
export const createAcknowledger = (folder: string): Acknowledger => {
  let db: DatabaseSync | undefined
  return {
    acknowledge: (alertId, by, comment, at) => {
      const figures = (db ??= openToWrite(folder, FIGURES_SCHEMA))
      inTransaction(figures, () => {
        const known = figures
          .prepare(
            'SELECT 1 FROM alert_state WHERE alert = ? UNION ALL SELECT 1 FROM transition WHERE alert = ? LIMIT 1',
          )
          .get(alertId, alertId)
        if (known === undefined) throw new StoreError('STORE_UNKNOWN_ALERT', `no such alert: ${alertId}`)
        figures
          .prepare('INSERT INTO acknowledgement(alert, "by", comment, at) VALUES (?, ?, ?, ?)')
          .run(alertId, by, comment, at)
      })
    },
    close: () => db?.close(),
  }
}
