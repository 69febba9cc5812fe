// The first and last lines of every process: runs main, and turns whatever escapes it into one log line and exit code 1.

import path from 'node:path'
import { createLog } from './log.ts'
import { StoppedWhileOpening } from './lifecycle.ts'

/**
 * Runs a service's main. The process exits when main is done, with `process.exitCode` (0 unless set). An error that escapes
 * main, or that nobody caught anywhere, is logged as fatal and ends the process with 1: the supervisor starts it afresh.
 */
export async function runMain(main: () => Promise<void>): Promise<void> {
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  try {
    await main()
  } catch (error) {
    if (!(error instanceof StoppedWhileOpening)) fail(error)
  }
  process.exit()
}

function fail(error: unknown): never {
  const log = createLog(serviceName(process.argv[1]), { logLevel: 'error' })
  log.fatal({ err: error }, error instanceof Error ? error.message : String(error))
  process.exit(1)
}

/** `…/services/broker/src/main.ts` is the broker. */
const serviceName = (script: string | undefined): string =>
  script === undefined ? 'unknown' : path.basename(path.dirname(path.dirname(script)))
