// Which hours a new or changed reading touches: what the feed makes due.

import { HOUR_MS, hourOf, type Instant, type Reading, type RegisterId } from '@parkpulse/metering'

/** For each register the hour it spoke of last, and the earliest reading of that hour that the feed brought. */
export type FirstKnown = Map<RegisterId, { readonly hour: Instant; readonly at: Instant }>

type Spot = Pick<Reading, 'registerId' | 'at'>

/**
 * The hour of the reading; and the hour before, whose end is cut towards the first reading that follows, unless an
 * earlier reading of the same hour is known to stand in between. Not knowing costs one hour looked at for nothing.
 * How far a change reaches beyond these two (over a gap, a fall, a chain of carries) is found out when they are closed.
 */
export function hoursTouched({ registerId, at }: Spot, firstKnown: FirstKnown): readonly Instant[] {
  const hour = hourOf(at)
  const known = firstKnown.get(registerId)
  return known?.hour === hour && known.at < at ? [hour] : [hour - HOUR_MS, hour]
}

/** Notes that the feed brought this reading. */
export function noteKnown({ registerId, at }: Spot, firstKnown: FirstKnown): void {
  const hour = hourOf(at)
  const known = firstKnown.get(registerId)
  if (known?.hour === hour && known.at <= at) return
  firstKnown.set(registerId, { hour, at })
}
