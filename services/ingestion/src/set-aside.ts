// What cannot become readings: rejected for good, or set aside until somebody registers its meter.

import { fromBase } from '@parkpulse/metering'
import type { Rejection } from '@parkpulse/store'
import type { Decoded, DecodedValue, RejectionReason } from '@parkpulse/wire'
import { placeOf, type Arrived } from './arrived.ts'
import type { Address, Directory, MeterEntry } from './directory.ts'
import type { OutcomeSheet } from './outcome-sheet.ts'

/** Values of one message and one meter that have no register yet; `meter` is there when only the registers are missing. */
export type Waiting = { readonly meter: MeterEntry | undefined; readonly values: DecodedValue[] }

type DecodedValues = Extract<Decoded, { kind: 'values' }>
type Undecodable = Extract<Decoded, { kind: 'rejected' }>

/** Enough of a payload for a person to see what it was; all of it lies in the journal at `position`. */
const SHOWN_BYTES = 1_024

/** A message that holds no reading: it counts as one value, since nobody can tell. */
export const rejectWhole = (
  arrived: Arrived,
  { address, decoded }: { readonly address: Address; readonly decoded: Undecodable },
  sheet: OutcomeSheet,
): void => {
  const { reason, detail, meter } = decoded
  const place = placeOf(address, meter)
  const payload = arrived.payload.slice(0, SHOWN_BYTES)
  sheet.rejections.push({ ...whoSent(arrived), place, reason, detail, values: 1, replayable: false, payload })
}

/** One waiting rejection for each meter, with a payload that holds exactly the values that wait. */
export const setAside = (
  waiting: ReadonlyMap<string, Waiting>,
  {
    arrived,
    decoded,
    directory,
  }: { readonly arrived: Arrived; readonly decoded: DecodedValues; readonly directory: Directory },
  sheet: OutcomeSheet,
): void => {
  const { park, site } = decoded
  for (const [meterId, { meter, values }] of waiting) {
    const isWhole = values.length === decoded.values.length && decoded.refused.length === 0
    sheet.rejections.push({
      ...whoSent(arrived),
      place: meter === undefined ? `${park}/${site}` : meter.place,
      ...whyItWaits(meterId, { meter, values }, { arrived, directory, park }),
      values: values.length,
      replayable: true,
      payload: isWhole ? arrived.payload.slice() : partialPayload(meterId, values),
    })
  }
}

type Why = { readonly reason: RejectionReason; readonly detail: string }

const whyItWaits = (
  meterId: string,
  { meter, values }: Waiting,
  { arrived, directory, park }: { readonly arrived: Arrived; readonly directory: Directory; readonly park: string },
): Why => {
  if (meter !== undefined) {
    const names = [...new Set(values.map(({ quantity }) => quantity.name))]
    return { reason: 'unknown-register', detail: `meter ${meterId} has no register for ${names.join(', ')}` }
  }
  if (directory.address(arrived.topic).site !== undefined) {
    return { reason: 'unknown-meter', detail: `meter ${meterId} is not registered` }
  }
  if (!directory.hasPark(park)) return { reason: 'unknown-park', detail: `park ${park} is not registered` }
  return { reason: 'unknown-site', detail: `the site of meter ${meterId} is not registered` }
}

/** The waiting part of a message, as payload version 1: decoding it again gives these values and no others. */
const partialPayload = (meter: string, values: readonly DecodedValue[]): Uint8Array => {
  const items = values.map(({ at, quantity, value }) => ({
    meter,
    at,
    values: { [quantity.name]: fromBase(quantity, value) },
  }))
  return new TextEncoder().encode(JSON.stringify(items))
}

const whoSent = ({
  position,
  receivedAt,
  principal,
  topic,
}: Arrived): Pick<Rejection, 'position' | 'receivedAt' | 'principal' | 'topic'> => ({
  position,
  receivedAt,
  principal,
  topic,
})
