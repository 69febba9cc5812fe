import { describe, expect, test } from 'vitest'
import { entryOf } from './entry.ts'
import type { Message } from './message.ts'
import { encodeRecord, markAt, NONE, PARTIAL, PAYLOAD_BYTES_MAX, recordAt } from './record.ts'
import { createSheet } from './sheet.ts'
import { createTexts } from './texts.ts'

const SALT = 0x1234_5678
const message = (part: Partial<Message> = {}): Message => ({
  receivedAt: 1_763_805_600_123,
  principal: 'park-a/meter-1',
  topic: 'parkpulse/v1/park-a/site-1/meter-1/readings',
  payload: Buffer.from('{"values":{"active_power_kw":412.5}}'),
  ...part,
})

describe('a record', () => {
  test.each([
    ['an ordinary message', message()],
    ['nothing in it', message({ principal: '', topic: '', payload: Buffer.alloc(0) })],
    ['letters beyond ASCII', message({ principal: 'khu công nghiệp', topic: 'nước thải/😀/x' })],
    ['bytes that are no text', message({ payload: Buffer.from([0, 255, 254, 128, 0]) })],
    ['the largest payload', message({ payload: Buffer.alloc(PAYLOAD_BYTES_MAX, 7) })],
    ['the longest topic', message({ topic: 't'.repeat(65_535) })],
    ['a time with a fraction', message({ receivedAt: 0.5 })],
  ])('%s comes back as it was', (_, sent) => {
    const sheet = createSheet(8, 8_000)
    const first = encodeRecord(sheet, sent, SALT)
    const second = encodeRecord(sheet, sent, SALT)
    expect([recordAt(sheet, 0, SALT), recordAt(sheet, first, SALT)]).toEqual([first, second])
    const readText = createTexts()
    for (const at of [0, first]) {
      const entry = entryOf(sheet, at, readText)
      expect({ ...entry, payload: Buffer.from(entry.payload) }).toEqual({
        ...sent,
        payload: Buffer.from(sent.payload),
        position: 8_000 + at,
        next: 8_000 + at + first,
      })
    }
  })

  test.each([
    ['a payload of 1 MiB and a byte', message({ payload: Buffer.alloc(PAYLOAD_BYTES_MAX + 1) })],
    ['a topic of 65 536 letters', message({ topic: 't'.repeat(65_536) })],
    ['a topic of 65 536 bytes', message({ topic: 'ớ'.repeat(21_846) })],
    ['a principal of 65 536 letters', message({ principal: 'p'.repeat(65_536) })],
  ])('%s is too large and leaves nothing behind', (_, sent) => {
    const sheet = createSheet(8, 0)
    expect(encodeRecord(sheet, sent, SALT)).toBe(0)
    expect(sheet.length).toBe(0)
  })

  test('is a record only at its own position and under its own salt', () => {
    const sheet = createSheet(1024, 0)
    const length = encodeRecord(sheet, message(), SALT)
    expect(recordAt(sheet, 0, SALT)).toBe(length)
    expect(recordAt(sheet, 0, SALT + 1)).toBe(NONE)
    expect(recordAt({ ...sheet, base: 8 }, 0, SALT)).toBe(NONE)
    expect(recordAt({ ...sheet, base: 2 ** 32 }, 0, SALT)).toBe(NONE)
  })

  test('is not recognised with any of its bits flipped', () => {
    const sheet = createSheet(1024, 64)
    const length = encodeRecord(sheet, message(), SALT)
    for (let bit = 0; bit < length * 8; bit += 1) {
      sheet.bytes[bit >> 3]! ^= 1 << (bit & 7)
      expect(recordAt(sheet, 0, SALT), `bit ${bit}`).not.toBe(length)
      sheet.bytes[bit >> 3]! ^= 1 << (bit & 7)
    }
    expect(recordAt(sheet, 0, SALT)).toBe(length)
  })

  test('cut short anywhere is partial', () => {
    const sheet = createSheet(1024, 0)
    const length = encodeRecord(sheet, message(), SALT)
    for (let cut = 0; cut < length; cut += 8) expect(recordAt({ ...sheet, length: cut }, 0, SALT)).toBe(PARTIAL)
  })

  test('marks of neighbouring and far positions differ', () => {
    const positions = [0, 8, 16, 2 ** 31, 2 ** 32, 2 ** 32 + 8, 2 ** 40, 2 ** 52, 2 ** 53 - 8]
    expect(new Set(positions.map((position) => markAt(SALT, position))).size).toBe(positions.length)
  })
})

describe('texts', () => {
  test('are the same as decoded UTF-8, also when remembered', () => {
    const readText = createTexts()
    for (const text of ['', 'a', 'nước', 'x'.repeat(128), 'y'.repeat(200), '\uFFFD', 'a', 'nước', 'b'])
      for (let again = 0; again < 2; again += 1) {
        const bytes = Buffer.from(text)
        expect(readText(bytes, 0, bytes.length)).toBe(text)
      }
    expect(readText(Buffer.from([0x61, 0xff, 0x62]), 0, 3)).toBe('a\uFFFDb')
  })
})
