import { describe, expect, test } from 'vitest'
import { crc32c } from './crc32c.ts'

const standard = (bytes: readonly number[]) => {
  const words = new Int32Array(Uint8Array.from(bytes).buffer)
  return crc32c(words, 0, words.length, -1) >>> 0
}

/** One bit at a time, straight from the definition. */
const byDefinition = (bytes: readonly number[]) => {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82_f6_3b_78 : crc >>> 1
  }
  return ~crc >>> 0
}

describe('CRC-32C', () => {
  test.each([
    ['32 bytes of zero', Array.from({ length: 32 }, () => 0), 0x8a_91_36_aa],
    ['32 bytes of 0xff', Array.from({ length: 32 }, () => 255), 0x62_a8_ab_43],
    ['32 bytes rising', Array.from({ length: 32 }, (_, i) => i), 0x46_dd_79_4e],
    ['32 bytes falling', Array.from({ length: 32 }, (_, i) => 31 - i), 0x11_3f_db_5c],
  ])('%s as in RFC 3720 B.4', (_, bytes, sum) => {
    expect(standard(bytes)).toBe(sum)
  })

  test.each([8, 16, 24, 32, 40, 1024, 1032])('%i bytes: the same as bit by bit', (length) => {
    const bytes = Array.from({ length }, (_, i) => (i * 167 + 13) & 255)
    expect(standard(bytes)).toBe(byDefinition(bytes))
  })

  test('each flipped bit of a record-sized stretch changes the sum', () => {
    const bytes = Array.from({ length: 96 }, (_, i) => (i * 31) & 255)
    const sums = new Set([standard(bytes)])
    for (let bit = 0; bit < 96 * 8; bit += 1)
      sums.add(standard(bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))))
    expect(sums.size).toBe(96 * 8 + 1)
  })
})
