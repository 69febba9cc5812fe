// Opens the writer and the readers of readings.db in the test's own thread, to reach what a worker hides: limits and pragmas.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import type { BatchOutcome, IngestBatch } from '../ports.ts'
import { openToRead, openToWrite } from './database.ts'
import { createPacker } from './packed-batch.ts'
import { prepareFeedReader } from './read-feed.ts'
import { prepareLedgerReader } from './read-ledger.ts'
import { prepareQuarantineReader, prepareWaiting } from './read-quarantine.ts'
import { prepareReadingsReader } from './read-readings.ts'
import { READINGS_SCHEMA } from './readings-schema.ts'
import { type BatchDoors, prepareBatchWriter } from './write-batch.ts'

export const openBatchWriter = (limits: NonNullable<BatchDoors['limits']> = {}) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'store-'))
  const db = openToWrite(folder, READINGS_SCHEMA)
  const read = openToRead(folder, READINGS_SCHEMA)
  onTestFinished(() => {
    read.close()
    db.close()
    rmSync(folder, { recursive: true })
  })
  const writer = prepareBatchWriter({ db, folder, limits })
  const pack = createPacker()
  return {
    folder,
    db,
    read,
    write: (batch: IngestBatch): BatchOutcome => writer.apply(pack(batch)),
    position: () => writer.position(),
    waiting: prepareWaiting(db),
    readings: prepareReadingsReader(read),
    feed: prepareFeedReader(read),
    ledger: prepareLedgerReader(read),
    quarantine: prepareQuarantineReader(read),
  }
}
