// The console and the log files: every line of every process goes to its file, the grave ones also to the people in front.

import path from 'node:path'
import type { Clock } from '@parkpulse/host'
import { type LogFile, openLogFile } from './log-file.ts'
import { readableLine } from './log-line.ts'

export type ConsoleBoard = {
  /** A line of a process. Never throws: a full disk must not end the supervisor. */
  take(service: string, line: string): void
  /** A line for people, as it is. */
  say(text: string): void
}

export type ConsoleOptions = { readonly folder: string; readonly clock: Clock; readonly print: (text: string) => void }

/** A service in trouble may say the same a hundred times a second; people get this many lines in this time, then a count. */
const LINES_PER_PERIOD = 12
const PERIOD_MS = 10_000

export function openConsole({ folder, clock, print }: ConsoleOptions): ConsoleBoard {
  const files = new Map<string, LogFile>()
  const flow = new Map<string, { since: number; lines: number }>()
  let writable = true

  function file(service: string, line: string): void {
    try {
      const open = files.get(service) ?? openLogFile(path.join(folder, `${service}.log`))
      files.set(service, open)
      open.write(line)
      if (!writable) say(`log files can be written again`)
      writable = true
    } catch (error) {
      if (writable) say(`log files cannot be written: ${(error as Error).message}`)
      writable = false
    }
  }
  function say(text: string): void {
    print(`${new Date(clock.now()).toTimeString().slice(0, 8)}  ${text}`)
  }
  function show(service: string, text: string): void {
    const now = clock.now()
    const seen = flow.get(service)
    const current = seen === undefined || now - seen.since > PERIOD_MS ? { since: now, lines: 0 } : seen
    const hidden = seen === undefined || current === seen ? 0 : seen.lines - LINES_PER_PERIOD
    if (hidden > 0) say(`      ${service}: and ${hidden} more, in ${path.join(folder, `${service}.log`)}`)
    current.lines += 1
    flow.set(service, current)
    if (current.lines <= LINES_PER_PERIOD) say(text)
  }
  return {
    take(service, line) {
      file(service, line)
      const readable = readableLine(service, line)
      if (readable !== undefined) show(service, readable)
    },
    say,
  }
}
