import { alertIdOf } from '@parkpulse/alerting'
import { expect, it } from 'vitest'
import type { RegisterIndex } from './register-index.ts'
import { POWER, rule } from './testing/small-park.ts'
import { watch } from './watch.ts'

const MINUTE = 60_000
const NOON = Date.UTC(2026, 10, 22, 12)
const atOnce = { ...rule, holdMs: 0 }
const registers = new Map([[POWER, { rules: [atOnce] }]]) as unknown as RegisterIndex
const seen = (at: number, value: number, receivedAt = at) => ({ registerId: POWER, at, value, receivedAt })

it('a reading from the future does not blind the rule until its instant has come', () => {
  const ahead = watch([seen(NOON + 9 * MINUTE, 1, NOON)], registers, new Map())
  const states = new Map(ahead.alertStates.map((state) => [state.alertId, state]))
  const { alertStates, transitions } = watch([seen(NOON + MINUTE, 900)], registers, states)
  expect(alertStates).toMatchObject([{ alertId: alertIdOf(rule.id, POWER), state: { kind: 'firing' } }])
  expect(transitions.map(({ to }) => to)).toEqual(['pending', 'firing'])
})

it('a late reading is still older than what was seen since', () => {
  const now = watch([seen(NOON, 900)], registers, new Map())
  const states = new Map(now.alertStates.map((state) => [state.alertId, state]))
  expect(watch([seen(NOON - MINUTE, 1, NOON + MINUTE)], registers, states).transitions).toEqual([])
})
