// What the simulator sends, the house's own decoder takes whole: every value of every payload, live and back-filled.

import { decode, gatewayTopic, readingsTopic } from '@parkpulse/wire'
import { expect, test } from 'vitest'
import { shownAt } from './display.ts'
import { simulatedPark } from './park.ts'
import { gatewayPayload, meterPayload } from './payload.ts'

const park = simulatedPark({ seed: 3, park: 'p', factories: 12, metersPerFactory: 6 })
const T0 = Date.UTC(2026, 10, 23, 2)
const instants = Array.from({ length: 48 }, (_, i) => T0 + i * 1_800_123)
const receivedAt = T0 + 2 * 86_400_000

test.each(park.sites.map((site) => [site.id, site] as const))('%s', (_, site) => {
  for (const meter of site.meters) {
    const readings = instants.map((at) => ({ meter: meter.id, at, values: shownAt(meter, at, park.seed) }))
    const expected = readings.reduce((sum, { values }) => sum + Object.keys(values).length, 0)
    const sent = [
      { topic: readingsTopic('p', site.id, meter.id), payload: Buffer.from(meterPayload(readings)) },
      { topic: gatewayTopic('p', site.id), payload: Buffer.from(gatewayPayload(readings)) },
    ]
    const [live, filled] = sent.map((message) => decode({ ...message, receivedAt }))
    if (live?.kind !== 'values' || filled?.kind !== 'values')
      throw new Error(`not taken: ${JSON.stringify([live, filled])}`)
    expect(live.refused).toEqual([])
    expect(live.values).toHaveLength(expected)
    expect(filled.values).toEqual(live.values)
  }
})
