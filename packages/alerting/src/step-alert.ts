// The alert's step function: one state, one rule, one observation in; the next state and what changed out.

import type { AlertState, Change, Observation } from './alert.ts'
import type { LimitRule } from './rule.ts'

export type AlertStep = { readonly state: AlertState; readonly changes: readonly Change[] }

/** `between`: beyond the clear limit, not beyond the limit: the breach neither begins nor ends there. */
type Verdict = 'breach' | 'between' | 'over'

/**
 * Steps an alert. Unknown values (NaN, infinite) and observations that are not newer than the last change nothing, the
 * state comes back as the same object. No observation between the two limits changes the kind of state, whatever the clock says.
 * With a hold of 0 one observation makes two changes, inactive → pending → firing: an alert never fires without having
 * been pending. Time passes by observations only; a register that says nothing changes nothing.
 */
export function stepAlert(state: AlertState, rule: LimitRule, seen: Observation): AlertStep {
  if (!Number.isFinite(seen.value)) return { state, changes: [] }
  if (state.seenAt !== undefined && seen.at <= state.seenAt) return { state, changes: [] }
  const verdict = judge(rule, seen.value)
  if (state.kind === 'inactive') return fromInactive(rule, seen, verdict)
  if (state.kind === 'pending') return fromPending({ state, rule, seen }, verdict)
  return fromFiring({ state, rule, seen }, verdict)
}

type From<Kind> = {
  readonly state: Extract<AlertState, { kind: Kind }>
  readonly rule: LimitRule
  readonly seen: Observation
}

function judge(rule: LimitRule, value: number): Verdict {
  const beyond = (limit: number) => (rule.breach === 'above' ? value > limit : value < limit)
  if (beyond(rule.limit)) return 'breach'
  return beyond(rule.clear) ? 'between' : 'over'
}

function fromInactive(rule: LimitRule, seen: Observation, verdict: Verdict): AlertStep {
  if (verdict !== 'breach') return { state: { kind: 'inactive', seenAt: seen.at }, changes: [] }
  const pending = { kind: 'pending', since: seen.at, seenAt: seen.at } as const
  const begun: Change = { from: 'inactive', to: 'pending', ...seen }
  if (rule.holdMs > 0) return { state: pending, changes: [begun] }
  const { state, changes } = fromPending({ state: pending, rule, seen }, verdict)
  return { state, changes: [begun, ...changes] }
}

function fromPending({ state, rule, seen }: From<'pending'>, verdict: Verdict): AlertStep {
  if (verdict === 'over')
    return {
      state: { kind: 'inactive', seenAt: seen.at },
      changes: [{ from: 'pending', to: 'inactive', ...seen }],
    }
  const held = verdict === 'breach' && seen.at - state.since >= rule.holdMs
  if (!held) return { state: { ...state, seenAt: seen.at }, changes: [] }
  return {
    state: { kind: 'firing', since: seen.at, seenAt: seen.at },
    changes: [{ from: 'pending', to: 'firing', ...seen }],
  }
}

function fromFiring({ state, rule, seen }: From<'firing'>, verdict: Verdict): AlertStep {
  const { since, clearSince } = state
  if (verdict === 'between') return { state: { ...state, seenAt: seen.at }, changes: [] }
  if (verdict === 'breach') return { state: { kind: 'firing', since, seenAt: seen.at }, changes: [] }
  const over = clearSince === undefined ? seen.at : clearSince
  if (seen.at - over < rule.keepFiringMs)
    return { state: { kind: 'firing', since, clearSince: over, seenAt: seen.at }, changes: [] }
  return {
    state: { kind: 'inactive', seenAt: seen.at },
    changes: [{ from: 'firing', to: 'inactive', ...seen }],
  }
}
