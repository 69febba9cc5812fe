// Chance without memory: numbers that depend on nothing but a seed and what they are asked about, so that the past can be
// computed again and comes out the same.

/** A 32-bit hash of whole numbers; every argument changes about half of the bits (the finalizer of MurmurHash3). */
export function mix(seed: number, a: number, b = 0): number {
  let h = seed ^ Math.imul(a | 0, 0x9e3779b1) ^ Math.imul(b | 0, 0x85ebca77)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** A number from 0 (inclusive) to 1 (exclusive). */
export const uniform = (seed: number, a: number, b = 0): number => mix(seed, a, b) / 0x1_0000_0000

/** A number from `low` to `high`. */
export const between = (low: number, high: number, share: number): number => low + (high - low) * share

/** A seed from a seed and a text (FNV-1a, mixed). */
export function textSeed(seed: number, text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return mix(seed, h)
}

export type Wave = { readonly value: number; readonly slope: number }

/** The steepest a wave can be, per unit of `x`: from −1 to 1 by the smooth step 3s² − 2s³, whose slope is at most 1.5. */
export const WAVE_SLOPE_MAX = 3

/** Smooth noise between −1 and 1 with a knot at every whole `x`, and its exact slope. */
export function wave(seed: number, x: number): Wave {
  const knot = Math.floor(x)
  const s = x - knot
  const from = uniform(seed, knot) * 2 - 1
  const to = uniform(seed, knot + 1) * 2 - 1
  return { value: from + (to - from) * s * s * (3 - 2 * s), slope: (to - from) * 6 * s * (1 - s) }
}
