// How far the store is behind the acknowledgements, in seconds, from samples of two counters.

export type Sample = { readonly at: number; readonly acknowledged: number; readonly stored: number }

/** For each sample: the time since as much was acknowledged as is stored now; the worst of them. Times in ms, answer in s. */
export function worstBehindS(samples: readonly Sample[]): number {
  let worst = 0
  let before = 0
  for (const { at, stored, acknowledged } of samples) {
    if (stored >= acknowledged) {
      before = samples.findIndex((one) => one.at === at)
      continue
    }
    while ((samples[before + 1]?.acknowledged ?? Infinity) <= stored) before += 1
    worst = Math.max(worst, (at - (samples[before]?.at ?? at)) / 1_000)
  }
  return worst
}
