// What people said about alerts is not in the journal: it is carried from the store that was there into the rebuilt one.

import { existsSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openFigures } from '@parkpulse/store'

/** Carries every acknowledgement over, in order. Returns how many. */
export async function carryAcknowledgements(before: string, now: string): Promise<number> {
  const file = path.join(before, 'figures.db')
  if (!existsSync(file)) return 0
  const db = new DatabaseSync(file)
  const rows = db.prepare('SELECT alert, "by", comment, at FROM acknowledgement ORDER BY id').all()
  db.close()
  const figures = await openFigures({ folder: now })
  try {
    for (const row of rows) {
      await figures.acknowledge(String(row['alert']), String(row['by']), String(row['comment']), Number(row['at']))
    }
  } finally {
    await figures.close()
  }
  return rows.length
}
