// Finds the salt of a journal in the headers of its segments.
import type { Segment } from './segment-file.ts'
import { openSegment } from './segment-source.ts'

/** From the youngest segment whose header is sound; undefined if there is none. */
export async function segmentSalt(folder: string, segments: readonly Segment[]): Promise<number | undefined> {
  for (const { base } of segments.toReversed()) {
    const segment = await openSegment(folder, base)
    await segment?.source.close()
    if (segment?.header !== undefined) return segment.header.salt
  }
  return undefined
}
