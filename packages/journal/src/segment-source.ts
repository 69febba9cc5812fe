// Opens a segment in whichever form it has just now: the plain file while there is one, else the compressed one.
import { openCompressed } from './compressed-source.ts'
import type { Position } from './message.ts'
import { openPlain } from './plain-source.ts'
import type { OpenSegment } from './plain-source.ts'
import { codeOf } from './refusal.ts'

/** Undefined if the segment is in the folder in neither form. */
export async function openSegment(folder: string, base: Position): Promise<OpenSegment | undefined> {
  // Plain first: until it is removed it is the truth. If it goes away between the two, the compressed form is there.
  return (await absent(openPlain(folder, base))) ?? (await absent(openCompressed(folder, base)))
}

async function absent<T>(opening: Promise<T>): Promise<T | undefined> {
  try {
    return await opening
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
