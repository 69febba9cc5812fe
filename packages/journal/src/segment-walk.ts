// Finds the segment for a position and keeps it open while a reader goes through it.
import type { Committed } from './committed-file.ts'
import type { Position } from './message.ts'
import { listSegments } from './segment-file.ts'
import { openSegment } from './segment-source.ts'
import { createWalk } from './walk.ts'
import type { Damage, Walk } from './walk.ts'

export type SegmentWalk = {
  /** A walk that stands at `position < seen.committed`, or the stretch from there on that is in no segment. */
  at(position: Position, seen: Committed): Promise<Found>
  close(): Promise<void>
}
export type Found =
  | { readonly kind: 'walk'; readonly walk: Walk }
  | { readonly kind: 'damage'; readonly damage: Damage }

/** `end`: where the next segment begins; Infinity for the active one. */
type Opened = { readonly walk: Walk; readonly end: Position; readonly generation: number }

export function createSegmentWalk(folder: string): SegmentWalk {
  let current: Opened | undefined

  const close = async (): Promise<void> => {
    const old = current
    current = undefined
    await old?.walk.source.close()
  }

  /** Segments come and go between listing and opening: then the list is read again. */
  async function open(position: Position, seen: Committed): Promise<Opened | Damage> {
    for (;;) {
      const segments = await listSegments(folder)
      const index = segments.findLastIndex(({ base }) => base <= position)
      const end = segments[index + 1]?.base ?? Infinity
      const until = Math.min(end, seen.committed)
      const segment = segments[index]
      if (segment === undefined) return { position, length: until - position, reason: 'expired' }
      const opened = await openSegment(folder, segment.base)
      if (opened === undefined) continue
      const salt = opened.header?.salt ?? seen.salt
      return { walk: createWalk({ position, until, salt, source: opened.source }), end, generation: seen.generation }
    }
  }

  return {
    close,
    at: async (position, seen) => {
      // A new generation may mean: sealed, or begun again after an error of the disk. What is open may be another file then.
      if (current?.generation !== seen.generation || position >= current.end) {
        await close()
        const opened = await open(position, seen)
        if ('reason' in opened) return { kind: 'damage', damage: opened }
        current = opened
      }
      current.walk.until = Math.min(current.end, seen.committed)
      return { kind: 'walk', walk: current.walk }
    },
  }
}
