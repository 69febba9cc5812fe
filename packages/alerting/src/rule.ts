// A rule: what is watched, the limit, and how patient to be. Written by people.

export type Severity = 'info' | 'warning' | 'critical'

/** Where a rule applies: a whole park, one site, or one meter. */
export type Place = { readonly park: string; readonly site?: string; readonly meter?: string }

/** A limit on a momentary quantity, in the vocabulary's field unit. */
export type LimitRule = {
  readonly kind: 'limit'
  /** `[a-z0-9][a-z0-9-]{0,27}`: with a register's number behind it, it still fits an id of 40. */
  readonly id: string
  readonly place: Place
  /** A name of the vocabulary. */
  readonly quantity: string
  readonly breach: 'above' | 'below'
  /** Crossing it is a breach (strictly). */
  readonly limit: number
  /** Only on or beyond this, on the good side, is the breach over. Equals `limit` when there is no hysteresis. */
  readonly clear: number
  /** How long a breach must hold before the alert fires, in milliseconds. */
  readonly holdMs: number
  /** How long the alert stays firing after the breach ceased, in milliseconds. */
  readonly keepFiringMs: number
  readonly severity: Severity
  readonly advice: { readonly vi: string; readonly en: string }
}

export type Rule = LimitRule
