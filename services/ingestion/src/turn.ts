// A page of the journal, turned into the batch that the store writes: message by message through take-message.ts.

import type { ReadPage } from '@parkpulse/journal'
import type { IngestBatch } from '@parkpulse/store'
import type { Directory } from './directory.ts'
import { batchOf, emptySheet } from './outcome-sheet.ts'
import { takeMessage } from './take-message.ts'

export type Turned = {
  readonly batch: IngestBatch
  /** The directory that it was resolved with. */
  readonly directory: Directory
  /** Whether something in it waits to be registered. */
  readonly waits: boolean
  readonly damaged: ReadPage['damaged']
}

/** `lastReceivedAt`: for a page that holds damage only, the time of the page before it. */
export const turnPage = (page: ReadPage, directory: Directory, lastReceivedAt: number): Turned => {
  const sheet = emptySheet()
  for (const entry of page.entries) takeMessage(entry, directory, sheet)
  const receivedAt = page.entries.at(-1)?.receivedAt ?? lastReceivedAt
  return {
    batch: batchOf(sheet, { upTo: page.next, receivedAt }),
    directory,
    waits: sheet.rejections.some(({ replayable }) => replayable),
    damaged: page.damaged,
  }
}
