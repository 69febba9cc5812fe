// A batch's new and changed readings as one block of bytes: columns, with what a message's readings share written once.

import { GROUP_WIDTH, READING_WIDTH } from './packed-batch.ts'
import { REPEATED } from './write-readings.ts'

/** Register, at, value, position, received at. */
export const FEED_WIDTH = 5

/** Layout: at ×n, value ×n (float64), position ×r, received at ×r (float64), register ×n, readings of run ×r (uint32). */
export type FeedBlock = { readonly count: number; readonly runs: number; readonly bytes: Uint8Array }

type Run = { readonly position: number; readonly receivedAt: number; count: number }

const collect = (readings: Float64Array, groups: Float64Array, kinds: Uint8Array): [number[], Run[]] => {
  const indices: number[] = []
  const runs: Run[] = []
  let run: Run | undefined
  let i = 0
  for (let g = 0; g < groups.length; g += GROUP_WIDTH) {
    const receivedAt = groups[g + 1] as number
    for (const end = i + (groups[g + 2] as number); i < end; i += 1) {
      if (kinds[i] === REPEATED) continue
      const position = readings[i * READING_WIDTH + 3] as number
      if (run?.position !== position || run.receivedAt !== receivedAt) {
        run = { position, receivedAt, count: 0 }
        runs.push(run)
      }
      run.count += 1
      indices.push(i)
    }
  }
  return [indices, runs]
}

/** Packs all but the repetitions, in order of arrival. */
export const encodeFeed = (readings: Float64Array, groups: Float64Array, kinds: Uint8Array): FeedBlock => {
  const [indices, runs] = collect(readings, groups, kinds)
  const [n, r] = [indices.length, runs.length]
  const buffer = new ArrayBuffer(n * 20 + r * 20)
  const wide = new Float64Array(buffer, 0, 2 * n + 2 * r)
  const narrow = new Uint32Array(buffer, wide.byteLength)
  for (let k = 0; k < n; k += 1) {
    const i = (indices[k] as number) * READING_WIDTH
    narrow[k] = readings[i] as number
    wide[k] = readings[i + 1] as number
    wide[n + k] = readings[i + 2] as number
  }
  for (const [k, run] of runs.entries()) {
    wide[2 * n + k] = run.position
    wide[2 * n + r + k] = run.receivedAt
    narrow[n + k] = run.count
  }
  return { count: n, runs: r, bytes: new Uint8Array(buffer) }
}

/** Unpacks readings `from` … `until` − 1 of a block into `into`, FEED_WIDTH numbers each, beginning at index `at`. */
export const decodeFeed = (
  block: FeedBlock,
  range: { readonly from: number; readonly until: number },
  target: { readonly into: Float64Array; readonly at: number },
): void => {
  const { count: n, runs: r } = block
  // Copied: a blob need not begin at a multiple of eight.
  const { buffer } = new Uint8Array(block.bytes)
  const wide = new Float64Array(buffer, 0, 2 * n + 2 * r)
  const narrow = new Uint32Array(buffer, wide.byteLength)
  let run = 0
  let runEnd = r > 0 ? (narrow[n] as number) : 0
  let o = target.at
  for (let k = range.from; k < range.until; k += 1, o += FEED_WIDTH) {
    while (k >= runEnd) {
      run += 1
      runEnd += narrow[n + run] as number
    }
    target.into[o] = narrow[k] as number
    target.into[o + 1] = wide[k] as number
    target.into[o + 2] = wide[n + k] as number
    target.into[o + 3] = wide[2 * n + run] as number
    target.into[o + 4] = wide[2 * n + r + run] as number
  }
}
