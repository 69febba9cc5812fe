// The checksum of every journal record: CRC-32C (Castagnoli), sixteen bytes a step over aligned 32-bit words.

/** The reflected Castagnoli polynomial, RFC 3720 appendix B.4. */
const POLYNOMIAL = 0x82_f6_3b_78

const [t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15] = createTables()

/**
 * CRC-32C of the words `from <= i < until`, little-endian; the number of words must be even (the journal pads to 8 bytes).
 * `seed` is the state before the first byte: -1 for the standard checksum, a record's mark in the journal.
 * Slicing by 16 after Kounavis and Berry, "A Systematic Approach to Building High Performance Software-Based CRC Generators".
 */
// eslint-disable-next-line max-params -- the hot path: an object here would cost as much as the sum over a small record
export function crc32c(words: Int32Array, from: number, until: number, seed: number): number {
  let crc = seed
  let i = from
  for (; i + 4 <= until; i += 4) {
    const a = words[i]! ^ crc
    const b = words[i + 1]!
    const c = words[i + 2]!
    const d = words[i + 3]!
    crc =
      t15[a & 255]! ^
      t14[(a >>> 8) & 255]! ^
      t13[(a >>> 16) & 255]! ^
      t12[a >>> 24]! ^
      t11[b & 255]! ^
      t10[(b >>> 8) & 255]! ^
      t9[(b >>> 16) & 255]! ^
      t8[b >>> 24]! ^
      t7[c & 255]! ^
      t6[(c >>> 8) & 255]! ^
      t5[(c >>> 16) & 255]! ^
      t4[c >>> 24]! ^
      t3[d & 255]! ^
      t2[(d >>> 8) & 255]! ^
      t1[(d >>> 16) & 255]! ^
      t0[d >>> 24]!
  }
  if (i < until) {
    const a = words[i]! ^ crc
    const b = words[i + 1]!
    crc =
      t7[a & 255]! ^
      t6[(a >>> 8) & 255]! ^
      t5[(a >>> 16) & 255]! ^
      t4[a >>> 24]! ^
      t3[b & 255]! ^
      t2[(b >>> 8) & 255]! ^
      t1[(b >>> 16) & 255]! ^
      t0[b >>> 24]!
  }
  return ~crc
}

type Tables = [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
]

function createTables(): Tables {
  const tables = Array.from({ length: 16 }, () => new Int32Array(256)) as Tables
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    tables[0][byte] = crc
  }
  for (let k = 1; k < 16; k += 1)
    for (let byte = 0; byte < 256; byte += 1) {
      const before = tables[k - 1]![byte]!
      tables[k]![byte] = (before >>> 8) ^ tables[0][before & 255]!
    }
  return tables
}
