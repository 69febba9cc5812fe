// Turns the bytes of topics and principals back into strings, each of which comes again and again.

/** Room for the topics of a large fleet; a string lies in one slot or not at all, so memory stays bounded (about 4 MB). */
const SLOTS = 32_768
/** Longer texts are rare and not worth remembering. */
const REMEMBERED_BYTES_MAX = 128

export type ReadText = (bytes: Buffer, from: number, length: number) => string

/** A reader of texts that remembers the ASCII ones; what it gives is the same as decoding UTF-8 each time. */
export function createTexts(): ReadText {
  const slots: string[] = Array.from({ length: SLOTS }, () => '')
  return (bytes, from, length) => {
    if (length > REMEMBERED_BYTES_MAX) return bytes.toString('utf8', from, from + length)
    let hash = length
    for (let i = from; i < from + length; i += 1) hash = Math.imul(hash ^ bytes[i]!, 0x01_00_01_93)
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
    const known = slots[slot]!
    if (known.length === length && isSame(known, bytes, from)) return known
    const text = bytes.toString('utf8', from, from + length)
    if (text.length === length) slots[slot] = text
    return text
  }
}

function isSame(text: string, bytes: Buffer, from: number): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) !== bytes[from + i]) return false
  return true
}
