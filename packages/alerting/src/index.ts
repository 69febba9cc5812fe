export type { LimitRule, Place, Rule, Severity } from './rule.ts'
export type { AlertKind, AlertState, Observation, Transition } from './alert.ts'
