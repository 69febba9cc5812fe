// When a replay must not begin, and why: one sentence each.

import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '@parkpulse/host'
import { journalExtent } from '@parkpulse/journal'
import { servicesAlive } from '../supervision/doors-free.ts'

const WHO = ['start', 'api', 'broker', 'ingestion', 'aggregation', 'simulator']

/** The sentence, or undefined when nothing is in the way. */
export async function whyNotReplay({ data }: Config, isPartialFine: boolean): Promise<string | undefined> {
  const alive = await servicesAlive(data, WHO)
  if (alive.length > 0) return `Stop ParkPulse first: ${alive.join(', ')} still run on ${data}.`
  const folder = path.join(data, 'journal')
  if (!existsSync(folder)) return `There is no journal in ${folder}, so there is nothing to replay.`
  const { first } = await journalExtent(folder)
  if (first > 0 && !isPartialFine) {
    return (
      `The journal begins at position ${first}: retention has taken its start, and what was in it cannot be rebuilt. ` +
      'With --partial, the rest is, and the store that is there now is kept beside it.'
    )
  }
  return undefined
}
