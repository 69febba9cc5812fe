// The appends that gather while the disk is busy with the previous ones: their bytes on one sheet, their promises in two lists.
import type { Position } from './message.ts'
import { createSheet } from './sheet.ts'
import type { Sheet } from './sheet.ts'

export type Batch = {
  readonly sheet: Sheet
  readonly positions: Position[]
  readonly resolves: ((position: Position) => void)[]
  readonly rejects: ((error: Error) => void)[]
}

const FIRST_BYTES = 256 * 1024
/** A sheet that a burst has made larger than this is let go afterwards. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024

export function createBatch(base: Position): Batch {
  return { sheet: createSheet(FIRST_BYTES, base), positions: [], resolves: [], rejects: [] }
}

/** An empty batch at `base`, in the memory of one that has been dealt with where that is worth while. */
export function reuseBatch(batch: Batch, base: Position): Batch {
  if (batch.sheet.bytes.length > KEPT_BYTES_MAX) return createBatch(base)
  batch.sheet.base = base
  batch.sheet.length = 0
  batch.positions.length = 0
  batch.resolves.length = 0
  batch.rejects.length = 0
  return batch
}

export function resolveAll({ resolves, positions }: Batch): void {
  for (let i = 0; i < resolves.length; i += 1) resolves[i]!(positions[i]!)
}

export function rejectAll({ rejects }: Batch, error: Error): void {
  for (const reject of rejects) reject(error)
}
