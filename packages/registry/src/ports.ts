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
  /** From memory; refreshed when the version on disk has moved. */
  installation(): Installation
  /** Looks whether something changed since and reloads; true when it did. Cheap when nothing did. */
  refresh(): boolean
}

/** Registering. Every call may be repeated without harm. */
export type Provisioning = {
  putPark(park: Park): PutOutcome
  putSite(site: Site): PutOutcome
  putMeter(meter: MeterSpec): PutOutcome
  putRule(rule: Rule): PutOutcome
  /** A whole park document (YAML or JSON text): all or nothing. */
  importDocument(text: string): ImportOutcome
}

export type ImportOutcome =
  | { readonly kind: 'imported'; readonly created: number; readonly changed: number; readonly unchanged: number }
  | { readonly kind: 'invalid'; readonly problems: readonly SpecProblem[] }

/** The doors' keys. Tokens are 256 random bits, kept as SHA-256; the plain text is returned once. */
export type Credentials = {
  issueSiteCredential(park: string, site: string): { readonly username: string; readonly password: string }
  /** Makes sure that this token opens the MQTT door as a service; for the token files that services share. */
  ensureServiceCredential(username: string, token: string): void
  authenticate(username: string, password: string): Principal | undefined
  issueKey(name: string, role: Role, reach: Reach, token?: string): { readonly keyId: string; readonly token: string }
  authenticateKey(token: string): KeyHolder | undefined
}

export type Registry = InstallationQuery & Provisioning & Credentials & { close(): void }
