// A log file of bounded size: beyond it, the file steps back one place (service.log → service.log.1 → …), the oldest goes.

import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import path from 'node:path'

/** At a hundred lines a second it holds a quarter of an hour, at the usual few lines an hour, years. */
export const LOG_BYTES_MAX = 16 * 1024 * 1024
/** With the current one: five files, so all services together stay below half a gigabyte. */
const OLD_FILES = 4

export type LogFile = {
  /** Adds a line. Throws when the disk does not take it. */
  write(line: string): void
  close(): void
}

/** Opens the file for adding; its folder is made. */
export function openLogFile(file: string, bytesMax = LOG_BYTES_MAX): LogFile {
  mkdirSync(path.dirname(file), { recursive: true })
  let descriptor = openSync(file, 'a', 0o640)
  let bytes = statSync(file).size

  function stepBack(): void {
    closeSync(descriptor)
    for (let place = OLD_FILES; place >= 1; place -= 1) {
      const from = place === 1 ? file : `${file}.${place - 1}`
      if (statSync(from, { throwIfNoEntry: false })) renameSync(from, `${file}.${place}`)
    }
    descriptor = openSync(file, 'a', 0o640)
    bytes = 0
  }
  return {
    write(line) {
      const text = `${line}\n`
      const size = Buffer.byteLength(text)
      if (bytes > 0 && bytes + size > bytesMax) stepBack()
      writeSync(descriptor, text)
      bytes += size
    },
    close: () => closeSync(descriptor),
  }
}
