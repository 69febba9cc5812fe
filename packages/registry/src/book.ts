// The book: all that is registered, in memory, by key. Rows of the database go in, the frozen installation comes out.

import type { Rule } from '@parkpulse/alerting'
import type { Installation, Meter, Park, Site } from './model.ts'

/** Keys are `park`, `park/site`, `park/site/meter`, a rule's id, and `park/serial` → the meter's key. */
export type Book = {
  version: number
  readonly parks: Map<string, Park>
  readonly sites: Map<string, Site>
  readonly meters: Map<string, Meter>
  readonly serials: Map<string, string>
  readonly rules: Map<string, Rule>
}

export const emptyBook = (): Book => ({
  version: 0,
  parks: new Map(),
  sites: new Map(),
  meters: new Map(),
  serials: new Map(),
  rules: new Map(),
})

export const siteKey = (park: string, site: string): string => `${park}/${site}`
export const meterKey = (meter: { readonly park: string; readonly site: string; readonly id: string }): string =>
  `${meter.park}/${meter.site}/${meter.id}`
/** A serial may hold anything but is last, so the key cannot be read in two ways. */
export const serialKey = (park: string, serial: string): string => `${park}/${serial}`

/** The book as others see it, each list in the order of its keys. */
export const installationOf = (book: Book): Installation =>
  Object.freeze({
    version: book.version,
    parks: inOrder(book.parks),
    sites: inOrder(book.sites),
    meters: inOrder(book.meters),
    rules: inOrder(book.rules),
  })

const inOrder = <T>(things: ReadonlyMap<string, T>): readonly T[] =>
  Object.freeze([...things].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, thing]) => thing))
