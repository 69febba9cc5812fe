// Short ways to say what ingestion writes, for the conformance suite.

import type { Reading } from '@parkpulse/metering'
import type { AcceptedReadings, IngestBatch, Refusal, Rejection } from '../ports.ts'

/** A full hour to start from: 2026-01-01T00:00Z. */
export const T0 = Date.UTC(2026, 0, 1)
export const PLACE = 'park/site/meter'

export const reading = (registerId: number, at: number, value: number, position = 0): Reading => ({
  registerId,
  at,
  value,
  position,
})

export const group = (readings: readonly Reading[], other: Partial<AcceptedReadings> = {}): AcceptedReadings => ({
  place: PLACE,
  receivedAt: T0,
  readings,
  ...other,
})

/** A batch with nothing in it but what is given. */
export const batch = (upTo: number, other: Partial<IngestBatch> = {}): IngestBatch => ({
  upTo,
  receivedAt: T0,
  accepted: [],
  rejections: [],
  refusals: [],
  replayed: [],
  ...other,
})

/** A batch of one message. */
export const batchOf = (upTo: number, ...readings: readonly Reading[]): IngestBatch =>
  batch(upTo, { accepted: [group(readings)] })

export const rejection = (other: Partial<Rejection> = {}): Rejection => ({
  position: 7,
  receivedAt: T0,
  principal: 'site-a',
  topic: 'parkpulse/v1/park/site/meter/readings',
  place: 'park/site',
  reason: 'unknown-meter',
  detail: 'no such meter: meter',
  values: 3,
  replayable: true,
  payload: Uint8Array.of(123, 125),
  ...other,
})

export const refusal = (other: Partial<Refusal> = {}): Refusal => ({
  position: 9,
  receivedAt: T0,
  topic: 'parkpulse/v1/park/site/meter/readings',
  place: PLACE,
  check: 'out-of-range',
  detail: 'power_factor: 1.7 is above 1',
  ...other,
})
