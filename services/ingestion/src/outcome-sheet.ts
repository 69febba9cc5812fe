// Where the outcomes of a page's messages are gathered, until they become one batch.

import type { Instant, Reading } from '@parkpulse/metering'
import type { IngestBatch, Refusal, Rejection } from '@parkpulse/store'

type Group = { readonly place: string; readonly receivedAt: Instant; readonly readings: Reading[] }

export type OutcomeSheet = {
  readonly accepted: Group[]
  readonly rejections: Rejection[]
  readonly refusals: Refusal[]
}

export const emptySheet = (): OutcomeSheet => ({ accepted: [], rejections: [], refusals: [] })

/** A sheet as a batch that ends at a place of the journal. */
export const batchOf = (
  { accepted, rejections, refusals }: OutcomeSheet,
  { upTo, receivedAt }: { readonly upTo: number; readonly receivedAt: Instant },
): IngestBatch => ({ upTo, receivedAt, accepted, rejections, refusals, replayed: [] })
