// The one place where alerts move: what watch.ts learned is written with what belongs in the same commit, then the board tells.

import type { Instant } from '@parkpulse/metering'
import type { FiguresChange, FiguresWriter } from '@parkpulse/store'
import type { Watched } from './watch.ts'

export type WatchedDoors = {
  readonly writer: Pick<FiguresWriter, 'commit'>
  readonly alerts: { moved(watched: Watched): void }
  readonly now: () => Instant
}

const NOTHING = { dueAdded: [], dueDone: [], hours: [], emissions: [] } as const

/** To be called in the turn in which the states were read. A commit that fails moves nothing. */
export async function commitWatched(
  { writer, alerts, now }: WatchedDoors,
  watched: Watched,
  also: Partial<Pick<FiguresChange, 'feedUpTo' | 'dueAdded'>>,
): Promise<void> {
  const recordedAt = now()
  const transitions = watched.transitions.map((transition) => Object.assign({ recordedAt }, transition))
  await writer.commit({ ...NOTHING, ...also, alertStates: watched.alertStates, transitions })
  alerts.moved(watched)
}
