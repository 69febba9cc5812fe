// Decides which sealed segments may go: a pure function of their age and of what the cursors have passed.
import type { Position } from './message.ts'

/** Beyond this many retention periods a segment goes even if a cursor needs it: a forgotten cursor must not fill the disk for ever. */
export const HELD_RETENTIONS_MAX = 3

export type SealedSegment = { readonly base: Position; readonly end: Position; readonly sealedAt: number }
export type RetentionFacts = {
  readonly now: number
  readonly retentionMs: number
  /** Undefined: nobody holds anything. */
  readonly leastCursor: Position | undefined
}

/** The segments to delete, oldest first; never one that stands behind one which stays. `isForced`: a cursor still needs it. */
export function expired(
  sealed: readonly SealedSegment[],
  { now, retentionMs, leastCursor }: RetentionFacts,
): (SealedSegment & { readonly isForced: boolean })[] {
  const due: (SealedSegment & { isForced: boolean })[] = []
  for (const segment of sealed) {
    const age = now - segment.sealedAt
    const isForced = leastCursor !== undefined && leastCursor < segment.end
    if (age <= retentionMs * (isForced ? HELD_RETENTIONS_MAX : 1)) break
    due.push({ ...segment, isForced })
  }
  return due
}
