// Between a PUBLISH and its PUBACK: hands a message to the journal and calls back when it is on disk, or says why not.

import type { Clock, Logger } from '@parkpulse/host'
import type { Message } from '@parkpulse/journal'
import type { Counters } from './counters.ts'
import { COMMIT_DEADLINE_MS, COMMIT_WATCH_MS } from './limits.ts'

/** The journal's promise, as far as the broker needs it: resolves after the fdatasync, rejects with a `reason`. */
export type Append = (message: Message) => Promise<unknown>

export type Keeper = {
  /** `done` is called once: without error when the message is on disk, with one when it will not be (or not in time). */
  keep(message: Message, qos: number, done: (error?: Error) => void): void
  /** Resolves when nothing is pending any more, at the latest after `ms`. */
  settled(ms: number): Promise<void>
  close(): void
}

export type KeeperDoors = {
  readonly append: Append
  /** Whether the journal would take messages again; asked while it refuses. */
  readonly writable: () => boolean
  readonly log: Logger
  /** For durations. */
  readonly steady: Clock
  readonly counters: Counters
  /** For readiness: whether messages are being kept. */
  readonly report: (ok: boolean, detail: string) => void
  readonly commitDeadlineMs?: number
}

type Pending = { readonly qos: number; readonly since: number; readonly done: (error?: Error) => void }

/** Refusals that say something about one message only, not about the journal. */
const OF_ONE_MESSAGE = 'too-large'

export function createKeeper(doors: KeeperDoors): Keeper {
  const { counters, steady, commitDeadlineMs = COMMIT_DEADLINE_MS } = doors
  const pending = new Set<Pending>() // in the order of arrival
  const mood = createMood(doors)

  function settle(item: Pending, reason?: string): void {
    if (!pending.delete(item)) return // the deadline was faster
    if (reason === undefined) {
      mood.kept()
      counters.commitSeconds.observe((steady.now() - item.since) / 1000)
      if (item.qos > 0) counters.acks.inc()
      return item.done()
    }
    counters.notKept.inc({ reason })
    if (reason !== OF_ONE_MESSAGE) mood.refused(reason)
    item.done(new Error(`not kept: ${reason}`))
  }

  function watch(): void {
    const latest = steady.now() - commitDeadlineMs
    for (const item of pending) {
      if (item.since > latest) break
      settle(item, 'commit takes too long')
    }
    counters.pending.set(pending.size)
    mood.look()
  }

  /** An exception is a refusal too: nobody may be left pending. */
  function appended(message: Message): Promise<unknown> {
    try {
      return doors.append(message)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  const watching = setInterval(watch, COMMIT_WATCH_MS)
  return {
    keep(message, qos, done) {
      const item = { qos, since: steady.now(), done }
      pending.add(item)
      appended(message).then(
        () => settle(item),
        (error: unknown) => settle(item, reasonOf(error)),
      )
    },
    async settled(ms) {
      const latest = steady.now() + ms
      while (pending.size > 0 && steady.now() < latest) await new Promise((resolve) => setTimeout(resolve, 5))
    },
    close: () => clearInterval(watching),
  }
}

/** Whether messages are being kept; changes are logged and reported once, not per message. */
function createMood({ log, report, writable }: Pick<KeeperDoors, 'log' | 'report' | 'writable'>) {
  let state = 'keeping'
  let refusals = 0 // since the last look
  let kept = 0
  report(true, state)
  const change = (to: string) => {
    const sentence = `messages ${state} → ${to}`
    if (to === 'keeping') log.info({ from: state, to }, sentence)
    else log.error({ from: state, to }, `${sentence}: no acknowledgements, clients are closed`)
    state = to
    report(to === 'keeping', to)
  }
  return {
    kept: () => void (kept += 1),
    refused(reason: string) {
      refusals += 1
      const to = `refused: ${reason}`
      if (state !== to) change(to)
    },
    /** Back to keeping only after a whole interval without refusals, so that a full backlog does not flap. */
    look() {
      if (state !== 'keeping' && refusals === 0 && (kept > 0 || writable())) change('keeping')
      refusals = 0
      kept = 0
    },
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'reason' in error && typeof error.reason === 'string' ? error.reason : 'failed'
}
