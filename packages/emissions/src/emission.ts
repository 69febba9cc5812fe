// An emission: activity × factor, for one hour of one register, gas by gas.

import type { Instant, Quality, RegisterId } from '@parkpulse/metering'

export type Scope = 1 | 2 | 3
/** Scope 2 knows two methods; other scopes use `location`. */
export type Method = 'location' | 'market'

/** `official`: the factor of the hour's own year, published. `provisional`: an earlier year's, until its own is. */
export type FactorStatus = 'official' | 'provisional' | 'unverified'

/** Masses in kilograms, gases apart; CO2e only when read, by a chosen GWP set. */
export type Gases = { readonly co2Kg: number; readonly ch4Kg: number; readonly n2oKg: number }

export type Emission = {
  readonly kind: 'emission'
  readonly registerId: RegisterId
  readonly hour: Instant
  readonly scope: Scope
  readonly method: Method
  readonly gases: Gases
  /** The row of the factor book. */
  readonly factorId: string
  readonly factorStatus: FactorStatus
  /** The revision of the hour's figure that it was computed from. */
  readonly hourRevision: number
  readonly quality: Quality
}

/** An hour for which the book has no answer. Never shown as zero. */
export type NoFactor = {
  readonly kind: 'no-factor'
  readonly registerId: RegisterId
  readonly hour: Instant
  readonly scope: Scope
  readonly method: Method
  readonly hourRevision: number
  readonly quality: Quality
}
