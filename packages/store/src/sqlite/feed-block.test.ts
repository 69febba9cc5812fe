// What goes into a feed block comes out, any part of it.

import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeFeed, encodeFeed, FEED_WIDTH } from './feed-block.ts'

const number = fc.double({ noNaN: true, noDefaultInfinity: true })
const message = fc.record({
  receivedAt: fc.nat(3),
  readings: fc.array(fc.tuple(fc.nat(2 ** 32 - 1), fc.maxSafeNat(), number, fc.nat(2), fc.nat(2)), { maxLength: 5 }),
})

it('packs and unpacks all but the repetitions', () => {
  const law = fc.property(fc.array(message, { maxLength: 8 }), fc.nat(40), fc.nat(40), (messages, a, b) => {
    const readings = Float64Array.from(messages.flatMap((m) => m.readings.flatMap((r) => r.slice(0, 4))))
    const groups = Float64Array.from(messages.flatMap((m) => [0, m.receivedAt, m.readings.length]))
    const kinds = Uint8Array.from(messages.flatMap((m) => m.readings.map((r) => r[4])))
    const block = encodeFeed(readings, groups, kinds)
    const expected = messages.flatMap((m) =>
      m.readings.filter((r) => r[4] !== 1).map((r) => [r[0], r[1], r[2], r[3], m.receivedAt]),
    )
    expect(block.count).toBe(expected.length)
    const [from, until] = [Math.min(a, b, block.count), Math.min(Math.max(a, b), block.count)]
    const into = new Float64Array((until - from) * FEED_WIDTH)
    decodeFeed(block, { from, until }, { into, at: 0 })
    expect([...into]).toEqual(expected.slice(from, until).flat())
  })
  fc.assert(law)
})
