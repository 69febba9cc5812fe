// The log: one JSON line per event to stdout, through pino. Whoever supervises the process decides where lines go.

import { pino } from 'pino'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'

export type Logger = pino.Logger

/** What must not stand in a log, wherever a caller puts it in the first two levels of a log object. */
const SECRET_PATHS = ['password', 'token', 'key', 'authorization'].flatMap((name) => [name, `*.${name}`])

/** Where lines go, one JSON document with its line feed at a time. */
export type LogSink = { write(line: string): void }

/**
 * Opens the log of a service at the configured level. Lines carry `service`, `level` (a word) and `time` (RFC 3339, UTC).
 * They go to stdout unless there is a sink: only the supervisor, whose stdout is for people, has one.
 */
export function createLog(service: string, config: Pick<Config, 'logLevel'>, sink?: LogSink): Logger {
  const options: pino.LoggerOptions = {
    level: config.logLevel,
    base: { service },
    timestamp: () => `,"time":"${new Date(systemClock.now()).toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRET_PATHS, censor: '(kept secret)' },
  }
  return sink === undefined ? pino(options) : pino(options, sink)
}
