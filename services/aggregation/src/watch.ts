// Watching: steps the rules of momentary registers through a page of readings, or retires the alerts whose rule has gone.

import { alertIdOf, type LimitRule, stepAlert, type Transition, UNSEEN } from '@parkpulse/alerting'
import type { FeedReading, StoredAlertState } from '@parkpulse/store'
import type { RegisterIndex } from './register-index.ts'
import type { Spoken } from './spoken.ts'

export type AlertStates = ReadonlyMap<string, StoredAlertState>

/** What watching learned: states that moved (also if only in what they saw last), and the transitions, in order. */
export type Watched = {
  readonly alertStates: readonly StoredAlertState[]
  readonly transitions: readonly Transition[]
}

type Seen = Pick<FeedReading, 'registerId' | 'at' | 'value' | 'receivedAt'>

/**
 * Steps the rules through readings, in order of arrival; what is older than an alert's last observation changes nothing. A
 * reading that runs ahead of its receipt is observed when it was received: a meter's fast clock must not blind the rule until
 * everybody else's time has caught up.
 */
export function watch(readings: readonly Seen[], registers: RegisterIndex, states: AlertStates): Watched {
  const moved = new Map<string, StoredAlertState>()
  const transitions: Transition[] = []
  for (const seen of readings) {
    for (const rule of registers.get(seen.registerId)?.rules ?? []) {
      const alertId = alertIdOf(rule.id, seen.registerId)
      const at = Math.min(seen.at, seen.receivedAt)
      const stepped = stepOne(rule, { ...seen, at }, moved.get(alertId) ?? states.get(alertId))
      if (stepped === undefined) continue
      moved.set(alertId, stepped.stored)
      transitions.push(...stepped.transitions)
    }
  }
  return { alertStates: [...moved.values()], transitions }
}

function stepOne(
  rule: LimitRule,
  { registerId, at, value }: Omit<Seen, 'receivedAt'>,
  stored: StoredAlertState | undefined,
) {
  const state = stored === undefined ? UNSEEN : stored.state
  const next = stepAlert(state, rule, { at, value })
  if (next.state === state) return undefined
  const place = { alertId: alertIdOf(rule.id, registerId), ruleId: rule.id, registerId }
  return {
    stored: { ...place, state: next.state },
    transitions: next.changes.map((change): Transition => Object.assign({}, change, place)),
  }
}

/** Alerts that are not inactive though no rule watches their register any more: they end at what was seen last. */
export function retire(states: AlertStates, registers: RegisterIndex, spoken: Spoken): Watched {
  const alertStates: StoredAlertState[] = []
  const transitions: Transition[] = []
  for (const { alertId, ruleId, registerId, state } of states.values()) {
    if (state.kind === 'inactive') continue
    if (registers.get(registerId)?.rules.some((rule) => rule.id === ruleId) === true) continue
    const last = spoken.of(registerId)
    if (last === undefined) continue
    const place = { alertId, ruleId, registerId }
    alertStates.push({ ...place, state: { kind: 'inactive', seenAt: state.seenAt } })
    transitions.push({ ...place, from: state.kind, to: 'inactive', at: state.seenAt, value: last.value })
  }
  return { alertStates, transitions }
}
