// The life of a process: things are opened in order and closed in reverse, on a signal, within a deadline.

import { steadyClock } from './clock.ts'
import type { Logger } from './log.ts'

export type Life = {
  /**
   * Opens a thing and remembers how to close it (default: its `close()`). When the opener fails, everything opened before
   * is closed and the error goes on. When a stop is asked for meanwhile, the same, with `StoppedWhileOpening`.
   */
  open<T>(name: string, opener: () => T | Promise<T>, close?: (thing: T) => unknown): Promise<T>
  /** Resolves when a stop was asked for and everything is closed. */
  untilStopped(): Promise<void>
  /** Asks for the stop; what SIGTERM, SIGINT and the loss of a supervising parent do too. */
  stop(reason: string): void
}

export type LifeOptions = {
  /** How long closing may take before the process exits with 1, in milliseconds. */
  readonly deadlineMs?: number
}

/** Thrown out of `open` when the process was told to stop before it had finished starting: an ordinary end. */
export class StoppedWhileOpening extends Error {}

/**
 * One Ctrl+C reaches us several times: from the terminal, and forwarded by npm. Only a signal later than this is a second
 * wish; no person presses twice as fast and means it.
 */
const ECHO_MS = 300

/** Shorter than the ten seconds that container engines wait between SIGTERM and SIGKILL. */
const CLOSE_DEADLINE_MS = 8_000

/**
 * Starts listening for SIGTERM, SIGINT and, where the process was started with an IPC channel (as infra/start.ts does), for
 * the end of its parent. A second signal exits at once.
 */
export function lifecycle(log: Logger, { deadlineMs = CLOSE_DEADLINE_MS }: LifeOptions = {}): Life {
  const opened: { name: string; close: () => unknown }[] = []
  const asked = Promise.withResolvers<string>()
  const stop = (reason: string) => asked.resolve(reason)
  const unwatch = watch(stop)

  async function closeAll(): Promise<void> {
    const deadline = setTimeout(() => {
      log.fatal({ open: opened.map((thing) => thing.name) }, `closing took longer than ${deadlineMs} ms`)
      process.exit(1)
    }, deadlineMs)
    for (let thing = opened.at(-1); thing !== undefined; opened.pop(), thing = opened.at(-1)) {
      try {
        await thing.close()
      } catch (error) {
        log.error({ err: error, thing: thing.name }, `${thing.name} did not close properly`)
        process.exitCode = 1
      }
    }
    clearTimeout(deadline)
    unwatch()
  }

  return {
    stop,
    async open(name, opener, close = closeOwn) {
      const opening = (async () => await opener())()
      const interrupted = asked.promise.then((reason): never => {
        throw new StoppedWhileOpening(`stopped while opening ${name}: ${reason}`)
      })
      try {
        const thing = await Promise.race([interrupted, opening])
        opened.push({ name, close: () => close(thing) })
        return thing
      } catch (error) {
        if (error instanceof StoppedWhileOpening) void opening.then(close).catch(() => undefined)
        await closeAll()
        throw error
      }
    },
    async untilStopped() {
      const reason = await asked.promise
      log.info({ reason }, `running → stopping: ${reason}`)
      await closeAll()
      log.info('stopping → stopped')
    },
  }
}

/** Calls `stop` on the first signal or the parent's end, exits on the second signal; returns how to stop watching. */
function watch(stop: (reason: string) => void): () => void {
  let firstAt: number | undefined
  const onSignal = (signal: NodeJS.Signals) => {
    const now = steadyClock.now()
    firstAt ??= now
    if (now - firstAt > ECHO_MS) process.exit(signal === 'SIGINT' ? 130 : 143)
    stop(signal)
  }
  const onOrphaned = () => stop('the supervising process is gone')
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  // Undefined without an IPC channel (the types don't say so); false when the parent went before we listened.
  const { connected } = process as { connected?: boolean }
  if (connected === false) onOrphaned()
  process.on('disconnect', onOrphaned)
  // Listening for the channel's end must not be what keeps a process alive.
  process.channel?.unref()
  // A process lives until it is told to stop, not until nothing happens to be open.
  const alive = setInterval(() => undefined, 3_600_000)
  return () => {
    clearInterval(alive)
    process.off('SIGTERM', onSignal)
    process.off('SIGINT', onSignal)
    process.off('disconnect', onOrphaned)
  }
}

function closeOwn(thing: unknown): unknown {
  if (typeof thing !== 'object' || thing === null || !('close' in thing)) return undefined
  return typeof thing.close === 'function' ? thing.close() : undefined
}
