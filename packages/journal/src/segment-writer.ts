// Brings one batch after the other to the disk: write, fdatasync, roll to a new segment, and the way back after an error of the disk.
import { SEGMENT_HEADER_BYTES, segmentPath } from './segment-file.ts'
import type { Committed } from './committed-file.ts'
import type { Position } from './message.ts'
import { openPlain } from './plain-source.ts'
import { beginSegment, endOfRecords } from './recover.ts'
import type { Place, Tail } from './recover.ts'
import type { Sheet } from './sheet.ts'

/** A segment is closed after a day even if it is small, so that retention and compression keep up on a quiet site. */
const SEGMENT_AGE_MS_MAX = 24 * 3600 * 1000
/** There must be room for this much before a full journal takes messages again: it would only be full again at once. */
const PROBE_BYTES = 1024 * 1024

export type SegmentWriter = {
  /** How far the journal is on the disk, and where. */
  tail(): Committed
  /** Durable when it resolves. After a rejection call `regain` until it resolves. */
  commit(sheet: Sheet): Promise<void>
  /** Makes the journal writable again after an error; what it resolves with is for people. Rejects while the disk is still full or broken. */
  regain(): Promise<string>
  close(): Promise<void>
}

export function createSegmentWriter(place: Place, first: Tail, segmentBytes: number): SegmentWriter {
  let tail = first
  /** The page cache may lie about this file after a failed fdatasync: it is not written to again. */
  let isSuspect = false

  const offset = (): number => SEGMENT_HEADER_BYTES + tail.committed - tail.active

  async function commit(sheet: Sheet): Promise<void> {
    await rollIfDue(sheet.length)
    await writeWhole(sheet.bytes.subarray(0, sheet.length))
    await sync()
    tail = { ...tail, committed: sheet.base + sheet.length }
  }

  async function rollIfDue(bytes: number): Promise<void> {
    if (tail.committed === tail.active) return
    const isLarge = offset() + bytes > segmentBytes
    if (isLarge || place.now() - tail.createdAt > SEGMENT_AGE_MS_MAX) await roll()
  }

  async function roll(): Promise<void> {
    const old = tail.file
    tail = await beginSegment(place, { ...tail, generation: (tail.generation + 1) | 0 })
    isSuspect = false
    await old.close().catch(() => undefined)
  }

  async function writeWhole(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const written = await tail.file.write(bytes.subarray(done), offset() + done)
      // A disk that takes nothing and says nothing is full as well.
      if (written === 0) throw Object.assign(new Error('the disk took no more bytes'), { code: 'ENOSPC' })
      done += written
    }
  }

  /** A failed fdatasync is never tried again: the kernel may have dropped the pages and would then report success. */
  async function sync(): Promise<void> {
    try {
      await tail.file.datasync()
    } catch (error) {
      isSuspect = true
      throw error
    }
  }

  async function regain(): Promise<string> {
    let detail = 'there is room again'
    await tail.file.truncate(offset()).catch(() => {
      isSuspect = true
    })
    if (isSuspect) {
      const { active } = tail
      const missing = await verify(active).catch((error: unknown) => `CANNOT BE READ BACK: ${String(error)}`)
      await roll()
      detail = `a new segment begins at ${tail.active}; the one before it (${active}) ${missing}`
    }
    await writeWhole(Buffer.alloc(PROBE_BYTES))
    await sync()
    await tail.file.truncate(offset())
    return detail
  }

  /** Reads back what was acknowledged out of the segment that is being left. */
  async function verify(base: Position): Promise<string> {
    const { source } = await openPlain(place.folder, base)
    const until = tail.committed
    const end = await endOfRecords({ position: base, until, salt: tail.salt, source })
    await source.close()
    return end === until
      ? 'reads back whole'
      : `DOES NOT READ BACK from ${end} to ${until}: ${segmentPath(place.folder, base, 'plain')}`
  }

  return { tail: () => tail, commit, regain, close: () => tail.file.close() }
}
