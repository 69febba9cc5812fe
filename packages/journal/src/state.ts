// What the writer of a journal tells about itself.
import type { Position } from './message.ts'

/** writing: takes messages · full: no room, tries again by itself · failed: the disk reports errors, tries again · closed */
export type JournalKind = 'writing' | 'full' | 'failed' | 'closed'

export type JournalState = {
  readonly kind: JournalKind
  /** For people: what happened last that was worth saying. */
  readonly detail: string
  readonly committed: Position
  /** Waiting for the disk just now. */
  readonly backlogRecords: number
  readonly backlogBytes: number
}
