// What an installation is made of, as the registry knows it.

import type { Rule } from '@parkpulse/alerting'
import type { Commodity, Instant, Register } from '@parkpulse/metering'

/** Ids follow `[a-z0-9][a-z0-9-]{0,39}`. */
export type Park = {
  readonly id: string
  readonly name: string
  /** IANA name, such as `Asia/Ho_Chi_Minh`. */
  readonly timeZone: string
  /** Whose grid factors speak for it; `VN`. */
  readonly gridRegion: string
}

export type Site = { readonly park: string; readonly id: string; readonly name: string }

/** A meter's id is unique within its site, as in the topics. */
export type Meter = {
  readonly park: string
  readonly site: string
  readonly id: string
  readonly name: string
  readonly commodity: Commodity
  readonly serial?: string
  readonly registers: readonly Register[]
  /** Registers that are no longer listed: nothing received since is accepted for them, but their readings remain. Absent when none. */
  readonly retired?: readonly RetiredRegister[]
}

/** `retiredAt`: when it was taken off the list, the last time that it was. */
export type RetiredRegister = Register & { readonly retiredAt: Instant }

/** All there is, at one version. Frozen; replaced whole when something changes. */
export type Installation = {
  readonly version: number
  readonly parks: readonly Park[]
  readonly sites: readonly Site[]
  readonly meters: readonly Meter[]
  readonly rules: readonly Rule[]
}

/** Who stands at the MQTT door. */
export type Principal =
  | { readonly kind: 'site'; readonly username: string; readonly park: string; readonly site: string }
  | { readonly kind: 'service'; readonly username: string }

/** How far a key or a person may see. */
export type Reach =
  | { readonly kind: 'installation' }
  | { readonly kind: 'park'; readonly park: string }
  | { readonly kind: 'site'; readonly park: string; readonly site: string }

export type Role = 'administrator' | 'staff' | 'analyst' | 'site'

/** Who stands at the HTTP door. */
export type KeyHolder = { readonly keyId: string; readonly name: string; readonly role: Role; readonly reach: Reach }
