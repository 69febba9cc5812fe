// Payloads of version 1, as meters and gateways write them.

import type { Instant } from '@parkpulse/metering'
import { ZONE_OFFSET_MS } from './calendar.ts'
import type { Shown } from './display.ts'

export type PayloadReading = { readonly meter: string; readonly at: Instant; readonly values: Shown }

/** A meter's message: one reading as an object, several as an array. Times in the meter's own zone. */
export function meterPayload(readings: readonly PayloadReading[]): string {
  const items = readings.map(({ at, values }) => ({ at: localTime(at), values }))
  return JSON.stringify(items.length === 1 ? items[0] : items)
}

/** A gateway's message: an array whose items name their meter. Times as milliseconds, as many gateways have them. */
export const gatewayPayload = (readings: readonly PayloadReading[]): string => JSON.stringify(readings)

/** RFC 3339 with the offset of Viet Nam. */
export const localTime = (at: Instant): string => new Date(at + ZONE_OFFSET_MS).toISOString().replace('Z', '+07:00')
