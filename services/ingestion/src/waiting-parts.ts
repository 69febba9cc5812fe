// Values that wait, as payloads of version 1 that the way in takes again: short, and none larger than a message may be.

import { fromBase } from '@parkpulse/metering'
import { MESSAGE_BYTES_MAX, type DecodedValue } from '@parkpulse/wire'

/** A payload, and the values that decoding it gives again. */
export type WaitingPart = { readonly values: readonly DecodedValue[]; readonly payload: Uint8Array }

const encoder = new TextEncoder()
const BRACKETS = '[]'.length
const COMMA = ','.length

/**
 * The values of one meter, in their order, cut into parts of at most `MESSAGE_BYTES_MAX`. There may be several: a message that was just
 * small enough can have been written shorter than we write it (`1e12`).
 */
export const waitingParts = (values: readonly DecodedValue[], receivedAt: number): readonly WaitingPart[] => {
  const parts: WaitingPart[] = []
  let texts: string[] = []
  let own: DecodedValue[] = []
  let bytes = BRACKETS
  const seal = (): void => {
    parts.push({ values: own, payload: encoder.encode(`[${texts.join(',')}]`) })
    texts = []
    own = []
    bytes = BRACKETS
  }
  for (const item of itemsOf(values)) {
    // Ids, names and numbers are ASCII: a character is a byte.
    const text = textOf(item, receivedAt)
    if (bytes + COMMA + text.length > MESSAGE_BYTES_MAX) seal()
    texts.push(text)
    own.push(...item)
    bytes += COMMA + text.length
  }
  seal()
  return parts
}

type Item = [DecodedValue, ...DecodedValue[]]

/** Neighbouring values of one instant; a quantity that is there twice begins the next item, since a key can stand only once. */
const itemsOf = (values: readonly DecodedValue[]): readonly Item[] => {
  const items: Item[] = []
  const seen = new Set<DecodedValue['quantity']>()
  for (const one of values) {
    const item = items.at(-1)
    if (item !== undefined && item[0].at === one.at && !seen.has(one.quantity)) item.push(one)
    else {
      items.push([one])
      seen.clear()
    }
    seen.add(one.quantity)
  }
  return items
}

/** Without `at` when it is the time of receipt: that is what its absence says, and what no check of times refuses. */
const textOf = (item: Item, receivedAt: number): string => {
  const [{ meter, at }] = item
  const numbers = item.map(({ quantity, value }) => [quantity.obis ?? quantity.name, fromBase(quantity, value)])
  return JSON.stringify({ meter, ...(at === receivedAt ? {} : { at }), values: Object.fromEntries(numbers) as unknown })
}
