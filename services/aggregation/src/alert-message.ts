// What stands on an alert's retained topic while it fires.

import { alertIdOf, type LimitRule, type Severity } from '@parkpulse/alerting'
import type { Instant } from '@parkpulse/metering'
import { alertTopic } from '@parkpulse/wire'
import type { KnownRegister } from './register-index.ts'

/** JSON, UTF-8. Times are RFC 3339, values in the quantity's field unit. */
export type AlertMessage = {
  readonly alert: string
  readonly rule: string
  readonly park: string
  readonly site: string
  readonly meter: string
  readonly quantity: string
  readonly state: 'firing'
  /** What the register showed when the alert fired. */
  readonly value: number
  readonly breach: 'above' | 'below'
  readonly limit: number
  /** When it fired: measured at. */
  readonly since: string
  readonly severity: Severity
  readonly advice: { readonly vi: string; readonly en: string }
}

/** One rule at one known register. */
export type AlertPlace = { readonly rule: LimitRule; readonly known: KnownRegister }

export type Fired = { readonly since: Instant; readonly value: number }

/** Where an alert's message is retained. */
export function topicOf({ rule, known }: AlertPlace): string {
  return alertTopic(known.place.park, known.place.site, alertIdOf(rule.id, known.register.id))
}

/** The message of an alert that fires. */
export function alertMessage({ rule, known }: AlertPlace, { since, value }: Fired): AlertMessage {
  const { quantity, breach, limit, severity, advice } = rule
  return {
    alert: alertIdOf(rule.id, known.register.id),
    rule: rule.id,
    ...known.place,
    quantity,
    state: 'firing',
    value,
    breach,
    limit,
    since: new Date(since).toISOString(),
    severity,
    advice,
  }
}
