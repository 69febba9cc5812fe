// Cursors: where the next page begins. Opaque to the caller, checked like any other input when they come back.

import { z } from 'zod'
import { badInput } from './problem.ts'

/** Ours are below 200 characters; longer ones are not ours. */
const CURSOR_CHARACTERS_MAX = 400

export const cursorSchema = z
  .string()
  .max(CURSOR_CHARACTERS_MAX)
  .optional()
  .meta({ description: '`next` of the page before; opaque' })

export const nextCursorSchema = z
  .string()
  .optional()
  .meta({ description: 'Where the next page begins; absent on the last page' })

/** A position of the list `kind`, as text. */
export const writeCursor = (kind: string, position: unknown): string =>
  Buffer.from(JSON.stringify([kind, position])).toString('base64url')

/** The position that `writeCursor` wrote for the same list. Throws the problem of a cursor that is not one of this list. */
export function readCursor<T>(kind: string, position: z.ZodType<T>, text: string | undefined): T | undefined {
  if (text === undefined) return undefined
  const parsed = z.tuple([z.literal(kind), position]).safeParse(decode(text))
  if (!parsed.success) throw badInput({ field: 'cursor', problem: 'is not a cursor of this list' })
  return parsed.data[1]
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
