// Batch number n of the kill test: a function of n alone, so that what is on disk can be compared with what must be.

import type { IngestBatch } from '../ports.ts'
import { batch, group, reading, refusal, rejection, T0 } from '../conformance/batches.ts'

/** Registers that each batch speaks of, all at once. */
export const REGISTERS = 40

/** Every batch: one new reading a register, the previous batch's reading of register 1 again, and another value for register 2's. */
export const numberedBatch = (n: number): IngestBatch => {
  const at = T0 + n * 60_000
  const news = Array.from({ length: REGISTERS }, (_, i) => reading(i + 1, at, n * 10, n * 1_000))
  const again =
    n === 1 ? [] : [reading(1, at - 60_000, (n - 1) * 10, n * 1_000), reading(2, at - 60_000, -n, n * 1_000)]
  return batch(n * 1_000, {
    receivedAt: at,
    accepted: [group(news), group(again, { place: 'park/site/again' })],
    rejections: [rejection({ position: n * 1_000, values: 2, replayable: false })],
    refusals: [refusal()],
  })
}
