// One supervised process: started, its lines passed on, started again with back-off when it ends, stopped when we stop.

import type { ChildProcess } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { type Clock, EXIT_BAD_CONFIG, type Logger } from '@parkpulse/host'
import { endOf, launch, type Launch } from './launch.ts'

export type SuperviseOptions = Launch & {
  readonly log: Logger
  readonly clock: Clock
  /** How long a process may take to end after SIGTERM, in milliseconds. */
  readonly stopMs?: number
}

export type Supervised = {
  /** Stops the process for good: SIGTERM, and SIGKILL at the deadline. */
  close(): Promise<void>
}

const BACK_OFF_MS = 500
const BACK_OFF_MS_MAX = 15_000
/** A process that ran this long was healthy: its next crash is a new story. */
const HEALTHY_AFTER_MS = 60_000
/** A little more than the services' own deadline for closing. */
const STOP_MS = 10_000

/** The pause before the next start, after so many short lives in a row. */
export const backOffMs = (shortLives: number): number => Math.min(BACK_OFF_MS * 2 ** shortLives, BACK_OFF_MS_MAX)

export function supervise(options: SuperviseOptions): Supervised {
  const { service, log, clock, stopMs = STOP_MS } = options
  const stopping = new AbortController()
  let child: ChildProcess | undefined

  async function live(): Promise<void> {
    for (let shortLives = 0; ; shortLives += 1) {
      const startedAt = clock.now()
      child = launch(options)
      const how = await endOf(child)
      child = undefined
      if (isAborted(stopping)) return
      if (how.code === EXIT_BAD_CONFIG) break
      if (clock.now() - startedAt >= HEALTHY_AFTER_MS) shortLives = 0
      const inMs = backOffMs(shortLives)
      log.error({ of: service.name, ...how, inMs }, `running → ended (${how.words}); starts again in ${inMs / 1_000} s`)
      await pause(inMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (isAborted(stopping)) return
    }
    log.error({ of: service.name }, 'running → given up: it says that its configuration is not valid')
  }
  const life = live()
  return {
    async close() {
      stopping.abort()
      child?.kill('SIGTERM')
      const deadline = setTimeout(() => {
        log.error({ of: service.name }, `did not stop within ${stopMs / 1_000} s and is killed`)
        child?.kill('SIGKILL')
      }, stopMs)
      await life
      clearTimeout(deadline)
    },
  }
}

/** Asked anew each time: it changes while we wait, which the type checker does not expect of a property. */
const isAborted = ({ signal }: AbortController): boolean => signal.aborted
