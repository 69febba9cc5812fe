// The storage order is a plain sort, also where hour and register do not fit one number.

import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { HOUR_MS } from '@parkpulse/metering'
import { storageOrder } from './order.ts'
import { READING_WIDTH, REGISTER_MAX } from './packed-batch.ts'

type Key = { readonly register: number; readonly at: number }

const packed = (keys: readonly Key[]): Float64Array =>
  Float64Array.from(keys.flatMap(({ register, at }) => [register, at, 0, 0]))

const plain = (keys: readonly Key[]): readonly number[] =>
  keys
    .map((key, i) => ({ key, i, hour: Math.floor(key.at / HOUR_MS) }))
    .sort((a, b) => a.hour - b.hour || a.key.register - b.key.register || a.key.at - b.key.at || a.i - b.i)
    .map(({ i }) => i)

it.each([
  ['small numbers, keys meet often', 4, 3 * HOUR_MS, HOUR_MS / 2],
  ['registers and hours as far apart as can be', REGISTER_MAX, 2 ** 21 * HOUR_MS - 1, 1],
])('by hour, register, instant and arrival: %s', (_, register, at, step) => {
  const key = fc.record({
    register: fc.integer({ min: 1, max: register }),
    at: fc.integer({ min: 0, max: Math.floor(at / step) }).map((n) => n * step),
  })
  fc.assert(
    fc.property(fc.array(key, { maxLength: 200 }), (keys) => {
      expect(packed(keys)).toHaveLength(keys.length * READING_WIDTH)
      expect([...storageOrder(packed(keys))]).toEqual(plain(keys))
    }),
  )
})
