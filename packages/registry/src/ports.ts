// What the registry promises, as small ports.

import type { Rule } from '@parkpulse/alerting'
import type { Commodity } from '@parkpulse/metering'
import type { Installation, KeyHolder, Park, Principal, Reach, Role, Site } from './model.ts'

export type Put = 'created' | 'changed' | 'unchanged'

/** A register as people describe it; in field units. What is left out takes the vocabulary's default. */
export type RegisterSpec = {
  readonly quantity: string
  /** Smallest step shown, in the field unit. Cumulative only. */
  readonly resolution?: number
  /** First value no longer shown, in the field unit. Cumulative only. */
  readonly capacity?: number
  readonly multiplier?: number
  /** The most the connection carries in an hour, in the real field unit (so kW for kWh, m³/h for m³). Cumulative only. */
  readonly mostPerHour?: number
  /** Momentary only. */
  readonly low?: number
  readonly high?: number
}

export type MeterSpec = {
  readonly park: string
  readonly site: string
  readonly id: string
  readonly name: string
  readonly commodity: Commodity
  readonly serial?: string
  /** Absent: every quantity of the commodity's vocabulary, by default. */
  readonly registers?: readonly RegisterSpec[]
}

/** A problem with its place in the document: `sites[3].meters[0].id`. */
export type SpecProblem = { readonly path: string; readonly line?: number; readonly problem: string }

export type PutOutcome =
  | { readonly kind: 'put'; readonly put: Put }
  | { readonly kind: 'invalid'; readonly problems: readonly SpecProblem[] }

/** What is registered. */
export type InstallationQuery = {
  /** From memory, as of the last `refresh` (or the last change made through this registry). */
  installation(): Installation
  /**
   * Looks whether another process changed something, and takes it over; true when the installation moved since the
   * last call, by whomever. Cheap when nothing did (two rows are read); cost follows what changed. Also drops cached
   * credentials when those changed.
   */
  refresh(): Promise<boolean>
}

/** Registering. Every call may be repeated without harm. What is above a place must be there first. */
export type Provisioning = {
  putPark(park: Park): Promise<PutOutcome>
  putSite(site: Site): Promise<PutOutcome>
  putMeter(meter: MeterSpec): Promise<PutOutcome>
  putRule(rule: Rule): Promise<PutOutcome>
  /** A whole park document (YAML or JSON text): all or nothing. */
  importDocument(text: string): Promise<ImportOutcome>
}

export type ImportOutcome =
  | { readonly kind: 'imported'; readonly created: number; readonly changed: number; readonly unchanged: number }
  | { readonly kind: 'invalid'; readonly problems: readonly SpecProblem[] }

/** A new credential of a site, in plain text for the only time. */
export type IssuedCredential =
  | { readonly kind: 'issued'; readonly username: string; readonly password: string }
  | { readonly kind: 'invalid'; readonly problems: readonly SpecProblem[] }

/** A new API key, in plain text for the only time. */
export type IssuedKey =
  | { readonly kind: 'issued'; readonly keyId: string; readonly token: string }
  | { readonly kind: 'invalid'; readonly problems: readonly SpecProblem[] }

export type KeySpec = {
  readonly name: string
  readonly role: Role
  readonly reach: Reach
  /** A token that stands in a file already (admin.key). Issuing it again changes nothing. At least 32 characters. */
  readonly token?: string
}

/** The doors' keys. Tokens are 256 random bits, kept as SHA-256; the plain text is returned once. */
export type Credentials = {
  /** `invalid` when the site is not registered. */
  issueSiteCredential(park: string, site: string): Promise<IssuedCredential>
  /** Makes sure that this token opens the MQTT door as a service; for the token files that services share. */
  ensureServiceCredential(username: string, token: string): Promise<void>
  /** From memory where known; else looked up, so a credential issued by another process opens the door at once. */
  authenticate(username: string, password: string): Promise<Principal | undefined>
  /** `invalid` when the place in reach is not registered, or role and reach do not fit. */
  issueKey(key: KeySpec): Promise<IssuedKey>
  authenticateKey(token: string): Promise<KeyHolder | undefined>
}

export type Registry = InstallationQuery & Provisioning & Credentials & { close(): Promise<void> }
