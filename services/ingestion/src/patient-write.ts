// The one place that waits for the store: a batch is written again and again until it is on disk.

import type { Logger } from '@parkpulse/host'
import type { BatchOutcome, IngestBatch } from '@parkpulse/store'
import { setTimeout as pause } from 'node:timers/promises'

/** A busy store answers again at once; one whose disk is full does not in milliseconds. */
const FIRST_PAUSE_MS = 50
/** Whoever frees the disk should not have to wait longer than this to see it go on. */
const LONGEST_PAUSE_MS = 5_000

/** These are mistakes of ours; the same batch would fail for ever. */
const HOPELESS: ReadonlySet<unknown> = new Set([
  'STORE_BAD_INPUT',
  'STORE_NOT_WAITING',
  'STORE_CLOSED',
  'STORE_WORKER_DIED',
])

export type PatientDoors = {
  readonly write: (batch: IngestBatch) => Promise<BatchOutcome>
  readonly report: (ok: boolean, detail: string) => void
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
  /** Ends the waiting; the batch is then not written, and comes again after the restart. */
  readonly signal: AbortSignal
}

/**
 * Writes that do not fail while there is hope: full disk, busy or broken file. A batch is written whole or not at all,
 * and known by its end, so trying again is safe. Rejects with the store's error when there is none, and when the signal comes.
 */
export const patiently =
  ({ write, report, log, signal }: PatientDoors): ((batch: IngestBatch) => Promise<BatchOutcome>) =>
  async (batch) => {
    for (let failures = 0; ; failures += 1) {
      try {
        const outcome = await write(batch)
        if (failures > 0) log.info({ failures }, `store unreachable → reachable after ${failures} attempts`)
        report(true, 'writing')
        return outcome
      } catch (error) {
        if (HOPELESS.has(codeOf(error)) || signal.aborted) throw error
        const words = error instanceof Error ? error.message : String(error)
        if (failures === 0) log.error({ err: error }, `store reachable → unreachable, waiting: ${words}`)
        report(false, `cannot write, waiting: ${words}`)
        await pause(Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS), undefined, { signal })
      }
    }
  }

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)
