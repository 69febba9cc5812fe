import { describe, expect, it } from 'vitest'
import type { Logger } from '@parkpulse/host'
import { openAlertBoard } from './alert-board.ts'
import { indexRegisters } from './register-index.ts'
import { POWER, smallPark } from './testing/small-park.ts'

const TOPIC = 'parkpulse/v1/p/s/alerts/peak-9'
const ids = { alertId: 'peak-9', ruleId: 'peak', registerId: POWER }
const silent = { info: () => undefined } as unknown as Logger

/** A board with an alert that fires, in the middle of putting it up: it has asked for the value, and waits for `answer`. */
function puttingUp() {
  const published = new Map<string, unknown>()
  const asked = Promise.withResolvers<number>()
  const registers = indexRegisters(smallPark)
  const board = openAlertBoard({
    stored: [{ ...ids, state: { kind: 'firing', since: 1_000, seenAt: 1_000 } }],
    registers: () => registers,
    publisher: {
      set: (topic, message) => (message === undefined ? published.delete(topic) : published.set(topic, message)),
    },
    valueAt: () => asked.promise,
    log: silent,
    count: () => undefined,
  })
  return { board, published, up: board.putUp(), answer: () => asked.resolve(405) }
}

describe('an alert that is being put up', () => {
  it('stays down when it is resolved meanwhile', async () => {
    const { board, published, up, answer } = puttingUp()
    board.moved({
      alertStates: [{ ...ids, state: { kind: 'inactive', seenAt: 2_000 } }],
      transitions: [{ ...ids, from: 'firing', to: 'inactive', at: 2_000, value: 1 }],
    })
    answer()
    await up
    expect(published.has(TOPIC)).toBe(false)
  })
  it('keeps what is told when it fires anew meanwhile', async () => {
    const { board, published, up, answer } = puttingUp()
    board.moved({
      alertStates: [{ ...ids, state: { kind: 'firing', since: 3_000, seenAt: 3_000 } }],
      transitions: [
        { ...ids, from: 'firing', to: 'inactive', at: 2_000, value: 1 },
        { ...ids, from: 'pending', to: 'firing', at: 3_000, value: 500 },
      ],
    })
    answer()
    await up
    expect(published.get(TOPIC)).toMatchObject({ value: 500 })
  })
  it('goes up when it was only seen again meanwhile', async () => {
    const { board, published, up, answer } = puttingUp()
    board.moved({
      alertStates: [{ ...ids, state: { kind: 'firing', since: 1_000, seenAt: 2_000 } }],
      transitions: [],
    })
    answer()
    await up
    expect(published.get(TOPIC)).toMatchObject({ value: 405, since: '1970-01-01T00:00:01.000Z' })
  })
})
