// Why the journal did not take a message: what an append rejects with.

/**
 * disk-full: no room (ENOSPC, EDQUOT), goes on by itself · too-large: never will fit · backlog: the disk is slower than the senders ·
 * closed: after close() · failed: the disk reported an error; the journal starts a new segment and goes on if it can.
 */
export type RefusalReason = 'disk-full' | 'too-large' | 'backlog' | 'closed' | 'failed'

/** The message is not in the journal, or not for certain: do not acknowledge it. */
export class JournalRefusal extends Error {
  readonly reason: RefusalReason

  constructor(reason: RefusalReason, detail: string, options?: ErrorOptions) {
    super(`journal: ${reason}: ${detail}`, options)
    this.name = 'JournalRefusal'
    this.reason = reason
  }
}

/** True for errors of a disk or quota without room. */
export function isFull(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/** The system's name of an error, such as ENOENT. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
