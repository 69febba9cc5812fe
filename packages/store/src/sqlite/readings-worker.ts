// Worker of the readings reader: a connection of its own, so that questions wait neither for the writer nor for the event loop.

import { workerData } from 'node:worker_threads'
import { type Served, serve } from '../thread/serve.ts'
import { openToRead } from './database.ts'
import { type FeedReader, prepareFeedReader } from './read-feed.ts'
import { type LedgerReader, prepareLedgerReader } from './read-ledger.ts'
import { prepareQuarantineReader, type QuarantineReader } from './read-quarantine.ts'
import { prepareReadingsReader, type ReadingsReader } from './read-readings.ts'
import { READINGS_SCHEMA } from './readings-schema.ts'

export type ReadingsCalls = ReadingsReader & FeedReader & QuarantineReader & { readonly ledger: LedgerReader }

const open = (folder: string): Served<ReadingsCalls> => {
  const db = openToRead(folder, READINGS_SCHEMA)
  const calls = {
    ...prepareReadingsReader(db),
    ...prepareFeedReader(db),
    ...prepareQuarantineReader(db),
    ledger: prepareLedgerReader(db),
  }
  return { calls, close: () => db.close() }
}

serve(() => open(workerData as string))
