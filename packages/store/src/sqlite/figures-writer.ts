// The writing side of figures.db, as aggregation sees it.

import type { DueHour, FiguresWriter } from '../ports.ts'
import { openThread } from '../thread/thread.ts'
import type { FiguresWriterCalls } from './figures-writer-worker.ts'
import { mapRows } from './numbers.ts'
import { hourNumber, packEmissions, packHours } from './packed-figures.ts'

const packDue = (due: readonly DueHour[]): Float64Array<ArrayBuffer> => {
  const packed = new Float64Array(due.length * 2)
  for (const [i, { registerId, hour }] of due.entries()) packed.set([registerId, hourNumber(hour)], i * 2)
  return packed
}

/**
 * Opens the one writer of figures in `folder` (created when missing), in a thread of its own.
 * Rejects with `STORE_WRITER_ALIVE` while another process writes there, with `STORE_SCHEMA_NEWER` for a later release's file.
 */
export const openFiguresWriter = async ({ folder }: { folder: string }): Promise<FiguresWriter> => {
  const thread = await openThread<FiguresWriterCalls>(new URL('figures-writer-worker.ts', import.meta.url), folder)
  return {
    commit: async ({ feedUpTo, alertStates, transitions, ...change }) => {
      await thread.call('commit', {
        ...(feedUpTo !== undefined && { feedUpTo }),
        alertStates,
        transitions,
        dueAdded: packDue(change.dueAdded),
        dueDone: packDue(change.dueDone),
        ...packHours(change.hours),
        ...packEmissions(change.emissions),
      })
    },
    feedUpTo: () => thread.call('feedUpTo'),
    due: async () => {
      const rows = await thread.call('due')
      return mapRows(rows, 2, (i) => ({ registerId: rows[i] as number, hour: rows[i + 1] as number }))
    },
    alertStates: () => thread.call('alertStates'),
    close: () => thread.close(),
  }
}
