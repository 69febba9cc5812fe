// Worker of the figures writer: owns aggregation's connection to figures.db.

import { workerData } from 'node:worker_threads'
import { HOUR_MS } from '@parkpulse/metering'
import type { StoredAlertState } from '../ports.ts'
import { type Served, serve } from '../thread/serve.ts'
import { openToWrite } from './database.ts'
import { FIGURES_SCHEMA } from './figures-schema.ts'
import { prepareAlertStates } from './read-alerts.ts'
import { holdSoleWriter } from './sole-writer.ts'
import { boundWal } from './wal.ts'
import { type PackedChange, prepareFiguresWriter } from './write-figures.ts'

/** Commits between two looks at the WAL's size. */
const WAL_LOOK_COMMITS = 64

export type FiguresWriterCalls = {
  readonly commit: (change: PackedChange) => void
  readonly feedUpTo: () => number
  readonly due: () => Float64Array<ArrayBuffer>
  readonly alertStates: () => readonly StoredAlertState[]
}

const open = (folder: string): Served<FiguresWriterCalls> => {
  const db = openToWrite(folder, FIGURES_SCHEMA)
  const sole = holdSoleWriter(folder, 'figures')
  const commit = prepareFiguresWriter(db)
  const progress = db.prepare('SELECT feedUpTo FROM progress')
  const due = db.prepare(`SELECT register, hour * ${HOUR_MS} FROM due ORDER BY hour, register`)
  due.setReturnArrays(true)
  let commits = 0
  return {
    calls: {
      commit: (change) => {
        commit(change)
        commits += 1
        if (commits % WAL_LOOK_COMMITS === 0) boundWal(db)
      },
      feedUpTo: () => Number(progress.get()?.['feedUpTo']),
      due: () => Float64Array.from((due.all() as unknown as readonly (readonly number[])[]).flat()),
      alertStates: prepareAlertStates(db),
    },
    close: () => {
      db.close()
      sole.close()
    },
  }
}

serve(() => open(workerData as string))
