// What cannot become readings: rejected for good, or set aside until somebody registers its meter.

import type { Rejection } from '@parkpulse/store'
import type { Decoded, DecodedValue, RejectionReason } from '@parkpulse/wire'
import { placeOf, type Arrived } from './arrived.ts'
import type { Address, Directory, MeterEntry } from './directory.ts'
import type { OutcomeSheet } from './outcome-sheet.ts'
import { waitingParts, type WaitingPart } from './waiting-parts.ts'

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

/** Waiting rejections, each with values of one meter and a payload that holds exactly those; one for each meter unless that were too large. */
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
    const place = meter === undefined ? `${park}/${site}` : meter.place
    const isWhole = values.length === decoded.values.length && decoded.refused.length === 0
    const whole = (): WaitingPart => ({ values, payload: arrived.payload.slice() })
    for (const part of isWhole ? [whole()] : waitingParts(values, arrived.receivedAt)) {
      sheet.rejections.push({
        ...whoSent(arrived),
        place,
        ...whyItWaits(meterId, { meter, values: part.values }, { arrived, directory, park }),
        values: part.values.length,
        replayable: true,
        payload: part.payload,
      })
    }
  }
}

type Why = { readonly reason: RejectionReason; readonly detail: string }

const whyItWaits = (
  meterId: string,
  { meter, values }: Pick<Waiting, 'meter'> & Pick<WaitingPart, 'values'>,
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
