// A message as it arrived, and whose account it goes to.

import type { Entry } from '@parkpulse/journal'
import type { Address } from './directory.ts'

/** What is known of a message before its payload is looked at. A waiting rejection has all of it too. */
export type Arrived = Omit<Entry, 'next'>

/** The account of what came on topics that are nobody's. Ids never begin with a dash. */
export const NOWHERE = '-'

/** Whose account it goes to: the meter's where it is known, else the site's. */
export const placeOf = ({ topic, site }: Address, meter: string | undefined): string => {
  if (topic.kind === 'invalid') return NOWHERE
  const known = meter === undefined ? undefined : site?.meters.get(meter)
  return known === undefined ? `${topic.park}/${topic.site}` : known.place
}
