// Ticks: the pace at which the house works through what has gathered, instead of reacting to each event.

import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'

export type Ticks = {
  /** Stops; resolves when the tick that is under way has ended. */
  close(): Promise<void>
  /** Asks for a tick now instead of at its time; if one is under way, for another right after it. */
  wake(): void
}

export type TickOptions = {
  /** The pause between the end of a tick and the start of the next, in milliseconds. */
  readonly ms: number
  readonly log: Logger
  readonly name: string
  readonly run: () => Promise<void> | void
  /** Where failures are counted, by tick name; the log has only the first of a row. */
  readonly failures?: ReturnType<Metrics['counter']>
}

/**
 * Runs a function at once and then again `ms` after each end, never twice at a time. A tick that fails is logged when it
 * starts to fail (or fails for another reason), counted, and simply tried again at its next time.
 */
export function every({ ms, log, name, run, failures }: TickOptions): Ticks {
  let timer: NodeJS.Timeout | undefined
  let underWay: Promise<void> | undefined
  let woken = false
  let closed = false
  const report = failureReport(log, name)

  async function tick(): Promise<void> {
    woken = false
    try {
      await run()
      report.succeeded()
    } catch (error) {
      failures?.inc({ tick: name })
      report.failed(error)
    }
  }
  function start(): void {
    timer = undefined
    underWay = tick().finally(() => {
      underWay = undefined
      if (!closed) timer = setTimeout(start, woken ? 0 : ms)
    })
  }
  start()
  return {
    wake() {
      woken = true
      if (closed || underWay !== undefined) return
      clearTimeout(timer)
      timer = setTimeout(start, 0)
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await underWay
    },
  }
}

/** Logs transitions only: a tick of 50 ms that meets a full disk must not fill it with log lines. */
function failureReport(log: Logger, name: string) {
  let row = 0
  let last = ''
  return {
    failed(error: unknown) {
      const words = error instanceof Error ? error.message : String(error)
      if (row === 0 || words !== last)
        log.error({ err: error, tick: name }, `${name} fails and will be tried again: ${words}`)
      row += 1
      last = words
    },
    succeeded() {
      if (row > 0) log.info({ tick: name, failures: row }, `${name} works again after ${row} failures`)
      row = 0
    },
  }
}
