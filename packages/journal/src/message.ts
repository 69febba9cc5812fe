// What the journal keeps: messages as they came, each at a position that never changes.

/** A logical byte offset in the journal, over all segments; grows by every record, stays below 2^53. */
export type Position = number

export type Message = {
  /** Milliseconds since 1970, UTC, by the receiver's clock. */
  readonly receivedAt: number
  /** Who sent it, as authenticated. */
  readonly principal: string
  readonly topic: string
  readonly payload: Uint8Array
}

/** A message with its place: `position` is where it starts, `next` where the following one will. */
export type Entry = Message & { readonly position: Position; readonly next: Position }
