// Ingestion put together: journal, store and registry on one side, the main path in the middle, announcements on the other.

import type { Clock, Health, Logger } from '@parkpulse/host'
import type { JournalReader, Position, ReadPage } from '@parkpulse/journal'
import type { BatchOutcome, IngestBatch, ReadingsWriter } from '@parkpulse/store'
import { setTimeout as pause } from 'node:timers/promises'
import type { Announcer } from './announcer.ts'
import type { Counters } from './counters.ts'
import { patiently } from './patient-write.ts'
import { follow, type Doors } from './pipeline.ts'
import { openQuarantine, type Quarantine } from './quarantine.ts'
import type { Registered } from './registered.ts'
import { turnPage, type Turned } from './turn.ts'

/**
 * One transaction's worth: at 90 bytes a value some 90 000 readings, half a second of the store's time. Who is behind takes
 * large pages, because a transaction writes each register's page of the hour once, however many readings it adds: with
 * 5 000 registers behind gateways, pages of 1 MiB stored 110 000 readings a second, of 8 MiB 175 000. Smaller pages
 * come by themselves when there is less.
 */
const PAGE = { entries: 50_000, bytes: 8 * 1024 * 1024 }
/**
 * The least time between two pages unless there is more than one page to take. A transaction costs half a millisecond of
 * a core whatever is in it; following each commit of the journal would make 300 of them a second, for nothing anyone sees.
 */
const PACE_MS = 20
/** How long an idle main path waits before it looks after the quarantine. */
const IDLE_MS = 200

export type IngestionOptions = {
  readonly reader: JournalReader
  readonly writer: ReadingsWriter
  readonly registered: Registered
  readonly announcer: Announcer
  readonly counters: Counters
  readonly health: Health
  readonly log: Logger
  /** For durations. */
  readonly steady: Clock
  readonly from: Position
  /** Stop when everything before this place is in the store; absent: go on for ever. */
  readonly until?: Position
}

export type Ingestion = {
  /** Resolves when it was stopped or has reached `until`; rejects when it cannot go on. */
  readonly done: Promise<void>
  /** How far the store has come. */
  reached(): Position
  /** Lets the page in hand reach the disk, then ends. */
  close(): Promise<void>
}

/** Starts to follow the journal. */
export const startIngestion = async (options: IngestionOptions): Promise<Ingestion> => {
  const { writer, health, log } = options
  const stop = new AbortController()
  const write = patiently({
    write: (batch) => writer.write(batch),
    report: (ok, detail) => health.report('store', ok, detail),
    log,
    signal: stop.signal,
  })
  const counted = counting(write, options)
  const quarantine = await openQuarantine({
    waiting: (limit, after) => writer.waiting(limit, after),
    write: counted,
    log,
  })
  health.report('store', true, 'open')
  const reached = { upTo: options.from, receivedAt: 0 }
  const following = follow(doors(options, { write: counted, quarantine, reached, signal: stop.signal }))
  const done = following.catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
    log.warn({ err: error }, 'stopped before the page in hand was in the store: it comes again')
  })
  done.catch(() => undefined)
  return {
    done,
    reached: () => reached.upTo,
    close: async () => {
      stop.abort()
      await done.catch(() => undefined)
    },
  }
}

type Within = {
  readonly write: (batch: IngestBatch) => Promise<BatchOutcome>
  readonly quarantine: Quarantine
  readonly reached: { upTo: Position; receivedAt: number }
  readonly signal: AbortSignal
}

const doors = (options: IngestionOptions, { write, quarantine, reached, signal }: Within): Doors => {
  const { reader, registered, announcer, counters, health, log, steady, until = Infinity } = options
  let read = options.from
  let receivedAt = 0
  let nextAt = 0
  return {
    nextPage: async () => {
      const early = nextAt - steady.now()
      if (early > 0) await pause(early)
      if (signal.aborted || read >= until) return undefined
      const page = await reader.read(PAGE, IDLE_MS)
      nextAt = isFull(page, read) ? 0 : steady.now() + PACE_MS
      read = page.next
      health.report('journal', true, `read to ${read}`)
      return page
    },
    turn: async (page) => {
      const turned = turnPage(page, registered.directory(), receivedAt)
      ;({ receivedAt } = turned.batch)
      if (!turned.waits) return turned
      await registered.lookAgain()
      return registered.directory() === turned.directory ? turned : turnPage(page, registered.directory(), receivedAt)
    },
    write: async ({ batch, directory, damaged }) => {
      for (const { position, length, reason } of damaged) {
        log.error(
          { position, length, reason },
          `journal damaged: ${length} bytes at ${position} cannot be read (${reason})`,
        )
      }
      counters.damaged(damaged.length)
      await write(batch)
      reached.upTo = batch.upTo
      reached.receivedAt = batch.receivedAt
      quarantine.added(batch, directory.version)
      counters.waiting(quarantine.size.messages)
    },
    announce: ({ batch }: Turned) => announcer.hear(batch),
    tend: () => quarantine.tend(registered.directory(), reached),
  }
}

/** Half a page already says that the next one will not be small. */
const isFull = ({ entries, next }: ReadPage, from: Position): boolean =>
  entries.length >= PAGE.entries / 2 || next - from >= PAGE.bytes / 2

const counting =
  (
    write: (batch: IngestBatch) => Promise<BatchOutcome>,
    { counters, steady }: Pick<IngestionOptions, 'counters' | 'steady'>,
  ): typeof write =>
  async (batch) => {
    const startedAt = steady.now()
    const outcome = await write(batch)
    counters.took((steady.now() - startedAt) / 1000)
    counters.written(batch, outcome)
    return outcome
  }
