// An alert: one rule at one register, with its state.

import type { Instant, RegisterId } from '@parkpulse/metering'

/** A value the rules look at. */
export type Observation = { readonly at: Instant; readonly value: number }

/**
 * `seenAt` is the last observation that was stepped; one that is not newer changes nothing. `since` is when this state was
 * entered: for pending the first breach, for firing the breach that completed the hold. `clearSince` is the first
 * observation that ended the breach, while keep-firing runs.
 */
export type AlertState =
  | { readonly kind: 'inactive'; readonly seenAt?: Instant }
  | { readonly kind: 'pending'; readonly since: Instant; readonly seenAt: Instant }
  | { readonly kind: 'firing'; readonly since: Instant; readonly clearSince?: Instant; readonly seenAt: Instant }

export type AlertKind = AlertState['kind']

/** One step from a state into another, by the observation that caused it. */
export type Change = {
  readonly from: AlertKind
  readonly to: AlertKind
  readonly at: Instant
  readonly value: number
}

/** A change of state, by what and when (measured at). `firing → inactive` is called resolved. */
export type Transition = Change & {
  readonly alertId: string
  readonly ruleId: string
  readonly registerId: RegisterId
}

/** Where an alert stands before anything was seen. */
export const UNSEEN: AlertState = Object.freeze({ kind: 'inactive' })
