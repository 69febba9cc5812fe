// A log that keeps its lines in memory, for the tests of this package.

import { pino } from 'pino'
import type { Logger } from './log.ts'

export type CapturedLog = {
  readonly log: Logger
  readonly lines: { level: string; msg: string; [field: string]: unknown }[]
}

export function captureLog(): CapturedLog {
  const lines: CapturedLog['lines'] = []
  const sink = { write: (line: string) => void lines.push(JSON.parse(line) as CapturedLog['lines'][number]) }
  return { log: pino({ formatters: { level: (label) => ({ level: label }) } }, sink), lines }
}
