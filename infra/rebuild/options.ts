// What a replay was asked to do.

import { parseArgs } from 'node:util'

export type ReplayOptions = { readonly partial: boolean; readonly keep: boolean }

export const USAGE = `npm run replay: computes the store again from the journal, and says whether it is the same
  --keep      keeps the store that was there beside the new one, also when they are the same
  --partial   replays what is left of a journal whose start retention has taken; keeps the store that was there`

/** The options; undefined when there is one that we don't know, or when help is wanted. */
export function readReplayOptions(argv: readonly string[]): ReplayOptions | undefined {
  try {
    const flag = { type: 'boolean' } as const
    const { values } = parseArgs({ args: [...argv], options: { partial: flag, keep: flag, help: flag } })
    return values.help === true ? undefined : { partial: values.partial === true, keep: values.keep === true }
  } catch {
    return undefined
  }
}
