// An alert: one rule at one register, with its state.

import type { Instant, RegisterId } from '@parkpulse/metering'

/** A value the rules look at. */
export type Observation = { readonly at: Instant; readonly value: number }

/** `seenAt` is the last observation that was stepped; older ones change nothing. */
export type AlertState =
  | { readonly kind: 'inactive'; readonly seenAt?: Instant }
  | { readonly kind: 'pending'; readonly since: Instant; readonly seenAt: Instant }
  | { readonly kind: 'firing'; readonly since: Instant; readonly clearSince?: Instant; readonly seenAt: Instant }

export type AlertKind = AlertState['kind']

/** A change of state, by what and when (measured at). `firing → inactive` is called resolved. */
export type Transition = {
  readonly alertId: string
  readonly ruleId: string
  readonly registerId: RegisterId
  readonly from: AlertKind
  readonly to: AlertKind
  readonly at: Instant
  readonly value: number
}
