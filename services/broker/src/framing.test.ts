import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFraming } from './framing.ts'
import { CONNECT_BYTES_MAX, FILTERS_BYTES_MAX, PACKET_BYTES_MAX, UNACCEPTED_BYTES_MAX } from './limits.ts'

const CONNECT = packet(0x10, 12)
const large = 268_435_455

function lengthBytes(length: number): number[] {
  return length < 128 ? [length] : [(length % 128) + 128, ...lengthBytes(Math.floor(length / 128))]
}
function header(first: number, length: number): Buffer {
  return Buffer.from([first, ...lengthBytes(length)])
}
function packet(first: number, length: number): Buffer {
  return Buffer.concat([header(first, length), Buffer.alloc(length, 1)])
}

describe('after CONNECT was accepted', () => {
  const table: readonly (readonly [string, Buffer, string | undefined])[] = [
    ['a PUBLISH', packet(0x32, 50), undefined],
    ['the largest PUBLISH', header(0x32, PACKET_BYTES_MAX), undefined],
    ['one byte more', header(0x32, PACKET_BYTES_MAX + 1), 'packet too large'],
    ['the largest length of MQTT', header(0x30, large), 'packet too large'],
    ['a length of five bytes', Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01]), 'malformed length'],
    ['PUBLISH of two bytes', packet(0x30, 2), 'malformed packet'],
    ['PINGREQ', packet(0xc0, 0), undefined],
    ['PINGREQ with a body', packet(0xc0, 1), 'malformed packet'],
    ['DISCONNECT', packet(0xe0, 0), undefined],
    ['PUBACK', packet(0x40, 2), undefined],
    ['PUBACK that is too long', packet(0x40, 3), 'malformed packet'],
    ['SUBSCRIBE', packet(0x82, 10), undefined],
    ['SUBSCRIBE without filters', packet(0x82, 2), 'malformed packet'],
    ['SUBSCRIBE with id 0', Buffer.from([0x82, 6, 0, 0, 0, 1, 97, 0]), 'packet id 0'],
    ['SUBSCRIBE with very many filters', header(0x82, FILTERS_BYTES_MAX + 1), 'packet too large'],
    ['UNSUBSCRIBE', packet(0xa2, 5), undefined],
    ['UNSUBSCRIBE without filters', packet(0xa2, 2), 'malformed packet'],
    ['UNSUBSCRIBE with id 0', Buffer.from([0xa2, 5, 0, 0, 0, 1, 97]), 'packet id 0'],
    ['CONNACK', packet(0x20, 2), 'malformed packet'],
    ['SUBACK', packet(0x90, 3), 'malformed packet'],
    ['type 0', packet(0x00, 2), 'malformed packet'],
    ['AUTH, type 15', packet(0xf0, 2), 'malformed packet'],
  ]
  test.each(table)('%s', (_name, bytes, problem) => {
    const framing = createFraming()
    expect(framing.follow(CONNECT)).toBeUndefined()
    framing.accept()
    expect(framing.follow(bytes)).toBe(problem)
  })
})

describe('before CONNECT was accepted', () => {
  test.each<readonly [string, Buffer, string | undefined]>([
    ['a CONNECT', CONNECT, undefined],
    ['a CONNECT that declares 268 MB', header(0x10, large), 'packet too large'],
    ['a CONNECT one byte too long', header(0x10, CONNECT_BYTES_MAX + 1), 'packet too large'],
    ['a PUBLISH first', packet(0x32, 50), 'first packet is not CONNECT'],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'first packet is not CONNECT'],
    ['TLS', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]), 'malformed packet'],
  ])('%s', (_name, bytes, problem) => {
    expect(createFraming().follow(bytes)).toBe(problem)
  })

  test('much behind CONNECT', () => {
    const framing = createFraming()
    expect(framing.follow(Buffer.concat([CONNECT, packet(0x30, 1000)]))).toBeUndefined()
    expect(framing.follow(packet(0x30, UNACCEPTED_BYTES_MAX))).toBe('too much before CONNECT was accepted')
  })

  test('is undecided from the end of CONNECT until it is accepted', () => {
    const framing = createFraming()
    framing.follow(CONNECT.subarray(0, 5))
    expect(framing.undecided()).toBe(false)
    framing.follow(CONNECT.subarray(5))
    expect(framing.undecided()).toBe(true)
    framing.accept()
    expect(framing.undecided()).toBe(false)
  })
})

test('knows how much of an unfinished packet was received', () => {
  const framing = createFraming()
  framing.follow(CONNECT)
  framing.accept()
  framing.follow(packet(0x32, 300).subarray(0, 103))
  expect(framing.partialBytes()).toBe(100)
  framing.follow(Buffer.alloc(200, 1))
  expect(framing.partialBytes()).toBe(0)
})

test('law: how the stream is cut into chunks changes nothing', () => {
  const one = fc.tuple(fc.constantFrom(0x30, 0x32, 0xc0, 0x40, 0x82, 0x10, 0xf0), fc.integer({ min: 0, max: 40_000 }))
  fc.assert(
    fc.property(
      fc.array(one, { maxLength: 6 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 5_000 })),
      (packets, cuts) => {
        const stream = Buffer.concat([CONNECT, ...packets.map(([first, length]) => packet(first, length))])
        const whole = createFraming()
        const cut = createFraming()
        whole.accept()
        cut.accept()
        let problem: string | undefined
        for (let at = 0; at < stream.length && problem === undefined;) {
          const size = cuts.next().value as number
          problem = cut.follow(stream.subarray(at, at + size))
          at += size
        }
        expect(problem).toBe(whole.follow(stream))
      },
    ),
    { numRuns: 200 },
  )
})
