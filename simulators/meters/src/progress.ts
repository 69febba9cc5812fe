// How far the practice park has come, kept across restarts: everything before this instant is acknowledged.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Instant } from '@parkpulse/metering'
import type { Options } from './options.ts'

export type ProgressFile = { read(): Instant | undefined; write(until: Instant): void }

/** A file that is only believed for the same park: another seed or size begins anew. */
export function openProgress(file: string, { park, seed, factories, metersPerFactory }: Options): ProgressFile {
  const of = `${park} ${seed} ${factories} ${metersPerFactory}`
  return {
    read() {
      try {
        const kept = JSON.parse(readFileSync(file, 'utf8')) as { of?: unknown; until?: unknown }
        return kept.of === of && typeof kept.until === 'number' ? kept.until : undefined
      } catch {
        // Not there or torn: the API is asked instead.
        return undefined
      }
    },
    write(until) {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
      writeFileSync(`${file}.${process.pid}`, JSON.stringify({ of, until }))
      renameSync(`${file}.${process.pid}`, file)
    },
  }
}
