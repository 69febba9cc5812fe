// The log: one JSON line per event to stdout, through pino. Whoever supervises the process decides where lines go.

import { pino } from 'pino'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'

export type Logger = pino.Logger

/** What must not stand in a log, wherever a caller puts it in the first two levels of a log object. */
const SECRET_PATHS = ['password', 'token', 'key', 'authorization'].flatMap((name) => [name, `*.${name}`])

/** Opens the log of a service at the configured level. Lines carry `service`, `level` (a word) and `time` (RFC 3339, UTC). */
export function createLog(service: string, config: Pick<Config, 'logLevel'>): Logger {
  return pino({
    level: config.logLevel,
    base: { service },
    timestamp: () => `,"time":"${new Date(systemClock.now()).toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRET_PATHS, censor: '(kept secret)' },
  })
}
