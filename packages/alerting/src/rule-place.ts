// Where a rule applies, and what an alert is called: one rule at one register.

import type { RegisterId } from '@parkpulse/metering'
import type { LimitRule } from './rule.ts'

/** A meter's place in full. */
export type MeterPlace = { readonly park: string; readonly site: string; readonly meter: string }

/** An alert's id, an id of the contract (at most 40 characters): the rule's (at most 28) and the register's number. */
export const alertIdOf = (ruleId: string, registerId: RegisterId): string => `${ruleId}-${registerId}`

/** Whether the rule watches this quantity of this meter. */
export function appliesTo(rule: LimitRule, at: MeterPlace, quantity: string): boolean {
  const { park, site, meter } = rule.place
  if (rule.quantity !== quantity || park !== at.park) return false
  return (site === undefined || site === at.site) && (meter === undefined || meter === at.meter)
}
