// What every store promises of alerts: states as they stand, transitions numbered as they came, acknowledgements.

import type { AlertState } from '@parkpulse/alerting'
import { describe, expect, it } from 'vitest'
import type { NumberedTransition, StoredAlertState } from '../ports.ts'
import { T0 } from './batches.ts'
import { change } from './figures.ts'
import { opened, type StoreDoors, testFolder } from './opened.ts'

const alertState = (alertId: string, state: AlertState): StoredAlertState => ({
  alertId,
  ruleId: 'r',
  registerId: 7,
  state,
})

const transition = (n: number, alertId = 'a'): Omit<NumberedTransition, 'number'> => ({
  alertId,
  ruleId: 'r',
  registerId: 7,
  from: 'pending',
  to: 'firing',
  at: T0 + n,
  value: 40.5 + n,
  recordedAt: T0 + 9,
})

export const alertsConformance = (doors: StoreDoors): void => {
  const open = async () => {
    const folder = await testFolder()
    return { writer: await opened(doors.figuresWriter, folder), figures: await opened(doors.figures, folder) }
  }

  describe('alert states', () => {
    it.each<[string, AlertState]>([
      ['never seen', { kind: 'inactive' }],
      ['inactive', { kind: 'inactive', seenAt: T0 }],
      ['pending', { kind: 'pending', since: T0, seenAt: T0 + 1 }],
      ['firing', { kind: 'firing', since: T0, seenAt: T0 + 1 }],
      ['about to clear', { kind: 'firing', since: T0, clearSince: T0 + 1, seenAt: T0 + 2 }],
    ])('stand as last committed: %s', async (_, state) => {
      const { writer, figures } = await open()
      const before = alertState('a', { kind: 'firing', since: 1, clearSince: 2, seenAt: 3 })
      await writer.commit(change({ alertStates: [before, alertState('b', { kind: 'inactive' })] }))
      await writer.commit(change({ alertStates: [alertState('a', state)] }))
      const expected = [alertState('a', state), alertState('b', { kind: 'inactive' })]
      expect(await figures.states()).toEqual(expected)
      expect(await writer.alertStates()).toEqual(expected)
    })
  })

  describe('transitions', () => {
    it('have growing numbers in the order committed and are paged from both ends', async () => {
      const { writer, figures } = await open()
      expect(await figures.transitionsHead()).toBe(0)
      await writer.commit(change({ transitions: [transition(3), transition(1)] }))
      await writer.commit(change({ transitions: [transition(2)] }))
      const all = await figures.transitionsSince(0, 10)
      const [first, second, third] = all
      expect(all).toMatchObject([transition(3), transition(1), transition(2)])
      expect(new Set(all.map(({ number }) => number)).size).toBe(3)
      expect(await figures.transitionsHead()).toBe(third?.number)
      expect(await figures.transitionsSince(first?.number ?? 0, 1)).toEqual([second])
      expect(await figures.transitions(undefined, 2)).toEqual([third, second])
      expect(await figures.transitions(second?.number, 2)).toEqual([first])
    })
  })

  describe('acknowledgements', () => {
    it('are kept with who, what and when; the latest of each alert is told', async () => {
      const { writer, figures } = await open()
      await writer.commit(change({ transitions: [transition(1, 'a'), transition(1, 'b')] }))
      await figures.acknowledge('a', 'Lan', 'đang kiểm tra', T0 + 1)
      await figures.acknowledge('b', 'Minh', '', T0 + 2)
      await figures.acknowledge('a', 'Minh', 'valve closed', T0 + 3)
      expect(await figures.acknowledgements()).toEqual([
        { alertId: 'a', by: 'Minh', comment: 'valve closed', at: T0 + 3 },
        { alertId: 'b', by: 'Minh', comment: '', at: T0 + 2 },
      ])
    })

    it('of an alert that never was are refused', async () => {
      const { figures } = await open()
      await expect(figures.acknowledge('a', 'Lan', '', T0)).rejects.toMatchObject({ code: 'STORE_UNKNOWN_ALERT' })
      expect(await figures.acknowledgements()).toEqual([])
    })

    it('and commits do not get in each other’s way', async () => {
      const { writer, figures } = await open()
      await writer.commit(change({ transitions: [transition(0)] }))
      const numbers = Array.from({ length: 20 }, (_, i) => i)
      await Promise.all([
        ...numbers.map((i) => writer.commit(change({ transitions: [transition(i)] }))),
        ...numbers.map((i) => figures.acknowledge('a', 'Lan', String(i), T0 + i)),
      ])
      expect(await figures.transitionsSince(0, 100)).toHaveLength(21)
      expect((await figures.acknowledgements())[0]?.comment).toBe('19')
    })
  })
}
