// One supervised process: started, its lines passed on, started again with back-off when it ends, stopped when we stop.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { type Clock, EXIT_BAD_CONFIG, type Logger } from '@parkpulse/host'
import type { Service } from './services.ts'

export type SuperviseOptions = {
  readonly service: Service
  readonly env: NodeJS.ProcessEnv
  readonly log: Logger
  readonly clock: Clock
  /** Every line that the process writes, to stdout or stderr. */
  readonly onLine: (service: string, line: string) => void
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

/**
 * The IPC channel is never written to: that it breaks when we are gone, however we went, is what tells the process to end.
 * A session of its own keeps the terminal's Ctrl+C from it, so that stopping keeps its order.
 */
function launch({ service, env, onLine }: SuperviseOptions): ChildProcess {
  const child = fork(service.script, [...service.args], {
    env,
    execArgv: [],
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', (line) => onLine(service.name, line))
  }
  return child
}

type End = { readonly code: number | null; readonly signal: string | null; readonly words: string }

/** When the process has ended and its last line was read; also when it could not be started at all. */
async function endOf(child: ChildProcess): Promise<End> {
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
    return { code, signal, words: signal === null ? `exit code ${code}` : signal }
  } catch (error) {
    return { code: null, signal: null, words: `could not be started: ${(error as Error).message}` }
  }
}
