// The form of one record: how a message becomes bytes on its way to the disk, and how they are recognised again.
//
//   word 0      mark: salt of the journal and position, mixed
//   word 1      CRC-32C of all that follows, started from the mark
//   word 2      bytes of the payload
//   word 3      bytes of the principal (low half), bytes of the topic (high half)
//   word 4, 5   received at, a double
//   then        principal, topic, payload, zeros up to a multiple of 8
import { crc32c } from './crc32c.ts'
import type { Message, Position } from './message.ts'
import { alignUp, ensureRoom } from './sheet.ts'
import type { Sheet } from './sheet.ts'

export const RECORD_HEADER_BYTES = 24
/** Twice the largest message that the wire lets through (512 KiB): what the broker accepts always fits. */
export const PAYLOAD_BYTES_MAX = 1024 * 1024
/** What MQTT allows for a topic and a user name: their lengths are 16-bit numbers on the wire as well. */
export const TEXT_BYTES_MAX = 65_535
export const RECORD_BYTES_MAX = alignUp(RECORD_HEADER_BYTES + 2 * TEXT_BYTES_MAX + PAYLOAD_BYTES_MAX)

/** What `recordAt` says when the record, if it is one, goes on behind the end of the sheet. */
export const PARTIAL = 0
export const NONE = -1

/**
 * The 32 bits with which a record at `position` begins. Bytes that were written elsewhere, or put into a payload by somebody who does not
 * know the salt, do not pass for a record here.
 */
export function markAt(salt: number, position: Position): number {
  const high = Math.floor(position / 0x1_0000_0000)
  let mark = salt ^ Math.imul(position | 0, 0x9e_37_79_b1) ^ Math.imul(high, 0x85_eb_ca_6b)
  mark = Math.imul(mark ^ (mark >>> 15), 0x2c_1b_3c_6d)
  return mark ^ (mark >>> 12)
}

/** Writes the message behind what is on the sheet; the bytes it took, or 0 if it is too large (the sheet is then unchanged). */
export function encodeRecord(sheet: Sheet, message: Message, salt: number): number {
  const { principal, topic, payload } = message
  if (payload.length > PAYLOAD_BYTES_MAX || principal.length > TEXT_BYTES_MAX || topic.length > TEXT_BYTES_MAX) return 0
  const start = sheet.length
  // A UTF-16 unit takes at most three bytes of UTF-8.
  ensureRoom(sheet, RECORD_HEADER_BYTES + 3 * (principal.length + topic.length) + payload.length + 8)
  const { bytes, words } = sheet
  let end = start + RECORD_HEADER_BYTES
  const principalBytes = writeText(bytes, end, principal)
  const topicBytes = writeText(bytes, end + principalBytes, topic)
  if (principalBytes > TEXT_BYTES_MAX || topicBytes > TEXT_BYTES_MAX) return 0
  end += principalBytes + topicBytes
  bytes.set(payload, end)
  end += payload.length
  while (end % 8 !== 0) bytes[end++] = 0
  const word = start >> 2
  const mark = markAt(salt, sheet.base + start)
  words[word] = mark
  words[word + 2] = payload.length
  words[word + 3] = principalBytes | (topicBytes << 16)
  sheet.doubles[(start >> 3) + 2] = message.receivedAt
  words[word + 1] = crc32c(words, word + 2, end >> 2, mark)
  sheet.length = end
  return end - start
}

/** Length in bytes of the record that starts at byte `at` of the sheet (a multiple of 8), or PARTIAL, or NONE. */
export function recordAt(sheet: Sheet, at: number, salt: number): number {
  const word = at >> 2
  if (at + RECORD_HEADER_BYTES > sheet.length) return PARTIAL
  const mark = markAt(salt, sheet.base + at)
  if (sheet.words[word] !== mark) return NONE
  const length = statedLength(sheet, at)
  if (length > RECORD_BYTES_MAX) return NONE
  if (at + length > sheet.length) return PARTIAL
  return sheet.words[word + 1] === crc32c(sheet.words, word + 2, (at + length) >> 2, mark) ? length : NONE
}

/** Why `recordAt` found no record at this place, for people. */
export function whyNone(sheet: Sheet, at: number, salt: number): 'not-a-record' | 'bad-length' | 'bad-checksum' {
  if (at + RECORD_HEADER_BYTES > sheet.length || sheet.words[at >> 2] !== markAt(salt, sheet.base + at))
    return 'not-a-record'
  return at + statedLength(sheet, at) > sheet.length ? 'bad-length' : 'bad-checksum'
}

function statedLength(sheet: Sheet, at: number): number {
  const payloadBytes = sheet.words[(at >> 2) + 2]! >>> 0
  if (payloadBytes > PAYLOAD_BYTES_MAX) return Infinity
  const texts = sheet.words[(at >> 2) + 3]!
  return (RECORD_HEADER_BYTES + payloadBytes + (texts & 0xff_ff) + (texts >>> 16) + 7) & -8
}

/** Most principals and topics are short ASCII: storing them here is three times as fast as a call into native code. */
function writeText(bytes: Buffer, at: number, text: string): number {
  const { length } = text
  for (let i = 0; i < length; i += 1) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return bytes.write(text, at, 'utf8')
    bytes[at + i] = code
  }
  return length
}
