// A log line of a service as one readable line for the console, where it is grave enough to stand there.

/** What stands on the console; everything stands in the files. */
const SHOWN = new Set(['warn', 'error', 'fatal'])

/** A console line is for reading; the rest is in the file. */
const CHARACTERS_MAX = 300

/** The readable line, or undefined when it is for the file only. `localTime` turns RFC 3339 into the time that people see. */
export function readableLine(service: string, line: string): string | undefined {
  const entry = jsonOf(line)
  if (entry === undefined) return line.trim() === '' ? undefined : compose('error', service, line)
  const { level, of, msg } = entry
  if (typeof level !== 'string' || !SHOWN.has(level)) return undefined
  return compose(level, typeof of === 'string' ? of : service, typeof msg === 'string' ? msg : line)
}

const compose = (level: string, service: string, words: string): string =>
  `${level.toUpperCase().padEnd(5)} ${service}: ${words.replace(/\s+/g, ' ').slice(0, CHARACTERS_MAX)}`

type Entry = { readonly level?: unknown; readonly of?: unknown; readonly msg?: unknown }

function jsonOf(line: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
