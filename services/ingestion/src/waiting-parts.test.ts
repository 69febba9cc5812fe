import { quantityNamed, vocabulary } from '@parkpulse/metering'
import { decode, MESSAGE_BYTES_MAX, READINGS_PER_MESSAGE_MAX, type DecodedValue } from '@parkpulse/wire'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Arrived } from './arrived.ts'
import { directoryOf } from './directory.ts'
import { emptySheet } from './outcome-sheet.ts'
import { arrived, lateMeter, practiceSite, RECEIVED_AT } from './practice-site.ts'
import { takeMessage } from './take-message.ts'
import { waitingParts } from './waiting-parts.ts'

const GATEWAY = 'parkpulse/v1/p/s/readings'
const METER = 'parkpulse/v1/p/s/a/readings'
const LONG_ID = 'substation-north-transformer-02-lv-side'
const early = directoryOf(practiceSite())

const rejectionsOf = (message: Arrived, directory = early) => {
  const sheet = emptySheet()
  takeMessage(message, directory, sheet)
  return sheet.rejections
}
const valuesOf = ({ topic, payload, receivedAt }: Pick<Arrived, 'topic' | 'payload' | 'receivedAt'>) => {
  const decoded = decode({ topic, payload, receivedAt })
  if (decoded.kind === 'rejected') throw new Error(decoded.reason)
  return decoded
}
const byMeter = (values: readonly DecodedValue[]) => Map.groupBy(values, ({ meter }) => meter)

/** Every rejection decodes to as many values as it counts, and all of them together to what nobody knows, in order. */
const expectNothingLost = (message: Arrived): void => {
  const again = rejectionsOf(message).filter(({ replayable }) => replayable)
  const decoded = again.map((one) => {
    const { values, refused } = valuesOf(one)
    expect(refused).toEqual([])
    expect(values).toHaveLength(one.values)
    expect(one.payload.length).toBeLessThanOrEqual(MESSAGE_BYTES_MAX)
    return values
  })
  const meters = early.address(message.topic).site?.meters
  const unknown = valuesOf(message).values.filter(
    ({ meter, quantity }) => meters?.get(meter)?.registers.has(quantity) !== true,
  )
  expect(byMeter(decoded.flat())).toEqual(byMeter(unknown))
}

const names = vocabulary.flatMap(({ name, obis }) => (obis === undefined ? [name] : [name, obis]))
const item = fc.record(
  {
    meter: fc.constantFrom('a', 'b', 'c', LONG_ID),
    at: fc.integer({ min: RECEIVED_AT - 3, max: RECEIVED_AT + 3 }),
    values: fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(fc.double({ min: -1e6, max: 1e9, noNaN: true }), fc.constantFrom(0, -0, 1e9, '007.50', 'bad')),
      { minKeys: 1, maxKeys: 12 },
    ),
  },
  { requiredKeys: ['values'] },
)

describe('what waits', () => {
  it('decodes to exactly its values, whatever else the message holds', () => {
    fc.assert(
      fc.property(fc.constantFrom(GATEWAY, METER), fc.array(item, { minLength: 1, maxLength: 30 }), (topic, items) =>
        expectNothingLost(arrived(8, topic, items)),
      ),
      { seed: 20261123, numRuns: 500 },
    )
  })

  it.each([
    [
      'a full gateway message with two unknown meters',
      ['c', LONG_ID].flatMap((meter) =>
        Array.from({ length: 1240 }, (_, n) => ({
          meter,
          at: RECEIVED_AT - n * 60_000,
          values: { '1.8.0': 1234567.8 + n, '2.8.0': n, '3.8.0': n / 100, '4.8.0': 1e6 + n },
        })),
      ),
      2,
    ],
    [
      'a message that was written shorter than we write it',
      Array.from({ length: 4_400 }, (_, n) => ({
        ...(n === 0 ? { meter: 'd' } : { meter: LONG_ID }),
        at: RECEIVED_AT - n,
        values: { '1.7.0': 1e20, active_power_kw: 1e20 },
      })),
      3,
    ],
  ])('survives the next look: %s', (_, items, parts) => {
    const message = arrived(8, GATEWAY, JSON.stringify(items).replaceAll('1'.padEnd(21, '0'), '1e20'))
    expect(message.payload.length).toBeLessThanOrEqual(MESSAGE_BYTES_MAX)
    expectNothingLost(message)
    const waiting = rejectionsOf(message)
    expect(waiting).toHaveLength(parts)
    const later = directoryOf(practiceSite(lateMeter('without power')))
    for (const one of waiting) {
      for (const { reason } of rejectionsOf({ ...message, ...one }, later)) expect(reason).toMatch(/^unknown-/)
    }
  })

  it('is cut below the limit of a message, in order', () => {
    const quantity = quantityNamed('1.7.0')
    if (quantity === undefined) throw new Error('no such quantity')
    const values = Array.from({ length: READINGS_PER_MESSAGE_MAX }, (_, n) => ({
      meter: LONG_ID,
      quantity,
      at: RECEIVED_AT - n,
      value: 1e20,
    }))
    const parts = waitingParts(values, RECEIVED_AT)
    expect(parts.length).toBeGreaterThan(1)
    expect(parts.flatMap((part) => part.values)).toEqual(values)
    for (const { payload, values: own } of parts) {
      expect(payload.length).toBeLessThanOrEqual(MESSAGE_BYTES_MAX)
      expect(valuesOf({ topic: GATEWAY, payload, receivedAt: RECEIVED_AT }).values).toEqual(own)
    }
  })
})
