// Launching a service as a process of ours: its lines are passed on, and it ends when we are gone.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Service } from './services.ts'

export type Launch = {
  readonly service: Service
  readonly env: NodeJS.ProcessEnv
  /** Every line that the process writes, to stdout or stderr. */
  readonly onLine: (service: string, line: string) => void
}

/**
 * The IPC channel is never written to: that it breaks when we are gone, however we went, is what tells the process to end.
 * A session of its own keeps the terminal's Ctrl+C from it, so that stopping keeps its order.
 */
export function launch({ service, env, onLine }: Launch): ChildProcess {
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

export type End = { readonly code: number | null; readonly signal: string | null; readonly words: string }

/** When the process has ended and its last line was read; also when it could not be started at all. */
export async function endOf(child: ChildProcess): Promise<End> {
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
    return { code, signal, words: signal === null ? `exit code ${code}` : signal }
  } catch (error) {
    return { code: null, signal: null, words: `could not be started: ${(error as Error).message}` }
  }
}
