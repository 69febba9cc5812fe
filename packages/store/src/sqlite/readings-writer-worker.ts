// Worker of the readings writer: owns the one writing connection to readings.db.

import { workerData } from 'node:worker_threads'
import { type Served, serve } from '../thread/serve.ts'
import { openToWrite } from './database.ts'
import { prepareWaiting } from './read-quarantine.ts'
import { READINGS_SCHEMA } from './readings-schema.ts'
import { holdSoleWriter } from './sole-writer.ts'
import { boundWal } from './wal.ts'
import { type BatchWriter, prepareBatchWriter } from './write-batch.ts'

/** Batches between two looks at the WAL's size. */
const WAL_LOOK_BATCHES = 64

export type ReadingsWriterCalls = {
  readonly position: BatchWriter['position']
  readonly write: BatchWriter['apply']
  readonly waiting: ReturnType<typeof prepareWaiting>
}

const open = (folder: string): Served<ReadingsWriterCalls> => {
  const db = openToWrite(folder, READINGS_SCHEMA)
  const sole = holdSoleWriter(folder, 'readings')
  const writer = prepareBatchWriter({ db, folder })
  let batches = 0
  return {
    calls: {
      position: () => writer.position(),
      write: (batch) => {
        const outcome = writer.apply(batch)
        batches += 1
        if (batches % WAL_LOOK_BATCHES === 0) boundWal(db)
        return outcome
      },
      waiting: prepareWaiting(db),
    },
    close: () => {
      db.close()
      sole.close()
    },
  }
}

serve(() => open(workerData as string))
