// What ingestion counts.

import type { Metrics } from '@parkpulse/host'
import type { BatchOutcome, IngestBatch } from '@parkpulse/store'

export type Counters = {
  readonly written: (batch: IngestBatch, outcome: BatchOutcome) => void
  readonly took: (seconds: number) => void
  readonly damaged: (stretches: number) => void
  readonly announcementsDropped: (messages: number) => void
  readonly lag: (bytes: number) => void
  readonly waiting: (messages: number) => void
}

/** From an idle disk's commit to a full one's patience. */
const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]

/** Registers the counters; each of them once per process. */
export const createCounters = (metrics: Metrics): Counters => {
  const values = metrics.counter('values_total', 'Values by what became of them', ['outcome'])
  const batches = metrics.histogram('batch_seconds', 'From handing a batch to the store until it is on disk', SECONDS)
  const damage = metrics.counter('journal_damaged_total', 'Stretches of the journal that could not be read')
  const drops = metrics.counter('announcements_dropped_total', 'Announcements that nobody was told')
  const lag = metrics.gauge('lag_bytes', 'Bytes of the journal that are committed and not yet in the store')
  const waiting = metrics.gauge('waiting_messages', 'Messages that wait until their meter is registered')
  for (const outcome of ['stored', 'repeated', 'conflicting', 'refused', 'rejected', 'waiting'])
    values.inc({ outcome }, 0)
  return {
    written: ({ rejections, refusals }, { stored, repeated, conflicting }) => {
      values.inc({ outcome: 'stored' }, stored)
      values.inc({ outcome: 'repeated' }, repeated)
      values.inc({ outcome: 'conflicting' }, conflicting)
      values.inc({ outcome: 'refused' }, refusals.length)
      for (const one of rejections) values.inc({ outcome: one.replayable ? 'waiting' : 'rejected' }, one.values)
    },
    took: (seconds) => batches.observe(seconds),
    damaged: (stretches) => damage.inc(stretches),
    announcementsDropped: (messages) => drops.inc(messages),
    lag: (bytes) => lag.set(bytes),
    waiting: (messages) => waiting.set(messages),
  }
}
