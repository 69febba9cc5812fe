// What passes between a service's thread and a store's worker thread.

import type { ErrorNews } from '../store-error.ts'

/** Functions that a worker offers, by name; synchronous there, promises here. */
export type Calls = Readonly<Record<string, (...args: never[]) => unknown>>

export type Request = { readonly id: number; readonly name: string; readonly args: readonly unknown[] }

/** `id` 0 answers the opening itself. */
export type Answer =
  | { readonly id: number; readonly kind: 'result'; readonly result: unknown }
  | { readonly id: number; readonly kind: 'error'; readonly error: ErrorNews }

export const OPENING = 0
/** Asks the worker to close what it opened and to end. */
export const CLOSING = 'close'

const isWhole = (value: unknown): value is Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer> =>
  (value instanceof Float64Array || value instanceof Uint32Array) && value.byteLength === value.buffer.byteLength

/** The buffers to hand over instead of copying: every Float64Array and Uint32Array at the top or one level below it. */
export const transferables = (value: unknown): readonly ArrayBuffer[] => {
  if (isWhole(value)) return [value.buffer]
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return []
  return Object.values(value)
    .filter(isWhole)
    .map((array) => array.buffer)
}
