// The alerts in memory: their states between commits, and who is told when one moves: the log, the counters, the broker.

import type { Transition } from '@parkpulse/alerting'
import type { Logger } from '@parkpulse/host'
import type { Instant, RegisterId } from '@parkpulse/metering'
import type { StoredAlertState } from '@parkpulse/store'
import { alertTopic } from '@parkpulse/wire'
import { alertMessage, type AlertPlace, topicOf } from './alert-message.ts'
import type { AlertPublisher } from './alert-publisher.ts'
import type { RegisterIndex } from './register-index.ts'
import type { AlertStates, Watched } from './watch.ts'

export type AlertBoard = {
  states(): AlertStates
  /** Takes over what is committed, and tells. */
  moved(watched: Watched): void
  firing(): number
  /** Puts up everything that fires, unless it stands as these registers and rules say: at the start, and when they have changed. */
  putUp(): Promise<void>
}

export type BoardOptions = {
  readonly stored: readonly StoredAlertState[]
  readonly registers: () => RegisterIndex
  readonly publisher: Pick<AlertPublisher, 'set'>
  /** What a register showed when an alert fired; for those that were firing before this process started. */
  readonly valueAt: (registerId: RegisterId, at: Instant) => Promise<number | undefined>
  readonly log: Logger
  readonly count: (transition: Transition) => void
}

/** Opens the board on what was stored. */
export function openAlertBoard(options: BoardOptions): AlertBoard {
  const states = new Map(options.stored.map((stored) => [stored.alertId, stored]))
  let putUpFor: RegisterIndex | undefined
  async function putUp({ alertId, ruleId, registerId, state }: StoredAlertState, registers: RegisterIndex) {
    const place = placeOf(ruleId, registerId, registers)
    if (state.kind !== 'firing' || place === undefined) return
    const { since } = state
    const value = await options.valueAt(registerId, since)
    // It may have been resolved while we asked, or have fired anew, which is told already.
    const now = states.get(alertId)?.state
    if (value === undefined || now?.kind !== 'firing' || now.since !== since) return
    options.publisher.set(topicOf(place), alertMessage(place, { since, value }))
  }
  return {
    async putUp() {
      const registers = options.registers()
      if (registers === putUpFor) return
      for (const stored of states.values()) await putUp(stored, registers)
      putUpFor = registers
    },
    states: () => states,
    moved({ alertStates, transitions }) {
      for (const stored of alertStates) states.set(stored.alertId, stored)
      for (const transition of transitions) tell(transition, options)
    },
    firing: () => [...states.values()].filter(({ state }) => state.kind === 'firing').length,
  }
}

function tell(transition: Transition, { registers, publisher, log, count }: BoardOptions): void {
  const { ruleId, registerId, from, to, at, value } = transition
  count(transition)
  const place = placeOf(ruleId, registerId, registers())
  const meter = registers().get(registerId)?.place
  const where = meter === undefined ? `register ${registerId}` : `${meter.park}/${meter.site}/${meter.meter}`
  log.info({ ...transition, ...meter }, `alert ${from} → ${to}: ${ruleId} at ${where}, ${sentence(transition, place)}`)
  if (to === 'firing' && place !== undefined) publisher.set(topicOf(place), alertMessage(place, { since: at, value }))
  if (from === 'firing' && meter !== undefined)
    publisher.set(alertTopic(meter.park, meter.site, transition.alertId), undefined)
}

/** Why, in words: `412.5 is above 400 for 10 min`. */
function sentence({ to, from, value }: Transition, place: AlertPlace | undefined): string {
  if (place === undefined) return 'its rule has gone'
  const { breach, limit, clear, holdMs, quantity } = place.rule
  const minutes = `${Number((holdMs / 60_000).toFixed(1))} min`
  if (to === 'pending') return `${quantity} ${value} is ${breach} ${limit}; fires when it holds for ${minutes}`
  if (to === 'firing') return `${quantity} ${value} is ${breach} ${limit} and has been for ${minutes}`
  return `${quantity} ${value} is back beyond ${clear}${from === 'firing' ? ' (resolved)' : ' before the hold was over'}`
}

function placeOf(ruleId: string, registerId: RegisterId, registers: RegisterIndex): AlertPlace | undefined {
  const known = registers.get(registerId)
  const rule = known?.rules.find((candidate) => candidate.id === ruleId)
  return known === undefined || rule === undefined ? undefined : { rule, known }
}
