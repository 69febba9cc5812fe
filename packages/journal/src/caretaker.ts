// Looks after sealed segments in the background: compresses them, and deletes the ones that nobody needs any more.
import { rm, stat } from 'node:fs/promises'
import type { Committed } from './committed-file.ts'
import { compressSegment } from './compress.ts'
import { leastCursor } from './cursor.ts'
import { syncFolder } from './disk.ts'
import type { Position } from './message.ts'
import { expired } from './retention.ts'
import type { SealedSegment } from './retention.ts'
import { listSegments, segmentPath } from './segment-file.ts'
import type { Segment } from './segment-file.ts'
import { openSegment } from './segment-source.ts'

/** Retention counts in days: once an hour is often enough. Also the pause after an error (a full disk). */
const ROUND_MS = 3600 * 1000
const RETRY_MS = 60 * 1000

export type CaretakerOptions = {
  readonly folder: string
  readonly now: () => number
  readonly retentionMs: number
  readonly tail: () => Committed
  readonly notify: (detail: string) => void
}

export type Caretaker = {
  /** To be called after each commit: begins a round if a segment was sealed since the last one. */
  look(): void
  close(): Promise<void>
}

export function createCaretaker(options: CaretakerOptions): Caretaker {
  const { tail, notify } = options
  const stop = new AbortController()
  let seen: Position | undefined
  let running: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  async function run(): Promise<void> {
    let pause = ROUND_MS
    do {
      seen = tail().active
      try {
        await round(options, stop.signal)
      } catch (error) {
        if (stop.signal.aborted) return
        pause = RETRY_MS
        notify(`sealed segments stay as they are for now: ${String(error)}`)
      }
    } while (seen !== tail().active && !stop.signal.aborted)
    running = undefined
    timer = setTimeout(start, pause).unref()
  }

  const start = (): void => {
    clearTimeout(timer)
    if (!stop.signal.aborted) running ??= run()
  }

  start()
  return {
    look: () => {
      if (seen !== tail().active) start()
    },
    close: async () => {
      stop.abort()
      clearTimeout(timer)
      await running
    },
  }
}

/** One round: first make room, then save room. */
async function round(options: CaretakerOptions, signal: AbortSignal): Promise<void> {
  const { folder, tail } = options
  const kept = await applyRetention(options)
  for (const [i, { base, plain, compressed }] of kept.entries()) {
    const next = kept[i + 1]
    if (!plain || next === undefined || next.base > tail().active) continue
    signal.throwIfAborted()
    // Both forms: a crash came between; the plain one is the truth.
    if (compressed) await rm(segmentPath(folder, base, 'compressed'))
    await compressSegment({ folder, base, end: next.base, salt: tail().salt }, signal)
  }
}

/** Deletes what is old enough, oldest first; gives what stays. */
async function applyRetention({ folder, now, retentionMs, notify, tail }: CaretakerOptions): Promise<Segment[]> {
  const segments = (await listSegments(folder)).filter(({ base }) => base <= tail().active)
  const sealed: SealedSegment[] = []
  for (const [i, { base }] of segments.entries()) {
    const next = segments[i + 1]
    if (next !== undefined) sealed.push({ base, end: next.base, sealedAt: await createdAt(folder, next) })
  }
  const due = expired(sealed, { now: now(), retentionMs, leastCursor: await leastCursor(folder) })
  for (const { base, end, isForced } of due) {
    if (isForced) notify(`deleting ${base} to ${end}, which a cursor has not passed: it is too old even so`)
    await rm(segmentPath(folder, base, 'plain'), { force: true })
    await rm(segmentPath(folder, base, 'compressed'), { force: true })
    await syncFolder(folder)
  }
  return segments.slice(due.length)
}

/** From the header; if that is damaged, the file's own date, which is later: what is not known is kept longer. */
async function createdAt(folder: string, { base, plain }: Segment): Promise<number> {
  const segment = await openSegment(folder, base)
  await segment?.source.close()
  const stated = segment?.header?.createdAt
  return stated ?? (await stat(segmentPath(folder, base, plain ? 'plain' : 'compressed'))).mtimeMs
}
