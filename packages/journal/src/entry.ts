// Reads one recognised record as an entry; the payload is a view of the sheet, not a copy.
import type { Entry } from './message.ts'
import { RECORD_HEADER_BYTES } from './record.ts'
import type { Sheet } from './sheet.ts'
import { alignUp } from './sheet.ts'
import type { ReadText } from './texts.ts'

/** The entry that starts at byte `at`, where `recordAt` has found a record. */
export function entryOf(sheet: Sheet, at: number, readText: ReadText): Entry {
  const { bytes, words } = sheet
  const word = at >> 2
  const payloadBytes = words[word + 2]!
  const principalBytes = words[word + 3]! & 0xff_ff
  const topicBytes = words[word + 3]! >>> 16
  const principalAt = at + RECORD_HEADER_BYTES
  const topicAt = principalAt + principalBytes
  const payloadAt = topicAt + topicBytes
  return {
    receivedAt: sheet.doubles[(at >> 3) + 2]!,
    principal: readText(bytes, principalAt, principalBytes),
    topic: readText(bytes, topicAt, topicBytes),
    payload: new Uint8Array(bytes.buffer, bytes.byteOffset + payloadAt, payloadBytes),
    position: sheet.base + at,
    next: sheet.base + alignUp(payloadAt + payloadBytes),
  }
}
