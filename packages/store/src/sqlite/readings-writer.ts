// The writing side of readings.db, as ingestion sees it.

import type { ReadingsWriter } from '../ports.ts'
import { openThread } from '../thread/thread.ts'
import { checkLimit } from './limit.ts'
import { createPacker } from './packed-batch.ts'
import type { ReadingsWriterCalls } from './readings-writer-worker.ts'

/** Rejections in one answer of `waiting`: payloads come with them. */
export const WAITING_PAGE_MAX = 10_000

/**
 * Opens the one writer of readings in `folder` (created when missing), in a thread of its own.
 * Rejects with `STORE_WRITER_ALIVE` while another process writes there, with `STORE_SCHEMA_NEWER` for a later release's file.
 */
export const openReadingsWriter = async ({ folder }: { folder: string }): Promise<ReadingsWriter> => {
  const thread = await openThread<ReadingsWriterCalls>(new URL('readings-writer-worker.ts', import.meta.url), folder)
  const pack = createPacker()
  return {
    position: () => thread.call('position'),
    write: async (batch) => thread.call('write', pack(batch)),
    waiting: async (limit, after) => thread.call('waiting', checkLimit(limit, WAITING_PAGE_MAX), after),
    close: () => thread.close(),
  }
}
