// One register whose stored hours break a promise, and its neighbour, which must not suffer for it.

import { shippedFactors } from '@parkpulse/emissions'
import { HOUR_MS } from '@parkpulse/metering'
import type { HourRevision } from '@parkpulse/store'
import { describe, expect, it } from 'vitest'
import { closeAll } from './closing-tick.ts'
import { dueHours } from './due-hours.ts'
import { failedTogether } from './failures.ts'
import { indexRegisters } from './register-index.ts'
import { nobodySpoke } from './spoken.ts'
import { energy, ENERGY, house, smallPark } from './testing/small-park.ts'

const NEIGHBOUR = 8
const START = Date.parse('2023-06-01T01:00:00Z')
const WORDS = /^hours that cannot be computed stay due: register 7: .*the carry lies at or before the period$/u
const twoRegisters = {
  ...smallPark,
  meters: smallPark.meters.map((meter) =>
    Object.assign({}, meter, {
      registers: [energy, { ...energy, id: NEIGHBOUR, quantity: 'active_energy_export_kwh' }],
    }),
  ),
}
/** A stored hour whose carry lies hours after its end. */
const damaged: HourRevision = {
  registerId: ENERGY,
  hour: START - 2 * HOUR_MS,
  amount: 0,
  shares: { measured: 0, interpolated: 0, estimated: 0, edited: 0 },
  quality: 'measured',
  missingMs: 0,
  events: [],
  carry: { at: START + HOUR_MS, value: 0 },
  revision: 1,
  cause: 'closed',
  recordedAt: START,
}
const commitHour = ({ store }: ReturnType<typeof house>, hour: HourRevision) =>
  store.writer.commit({ hours: [hour], dueAdded: [], dueDone: [], emissions: [], alertStates: [], transitions: [] })

async function damagedHouse() {
  const here = house(twoRegisters)
  await commitHour(here, damaged)
  const service = await here.open()
  for (const registerId of [ENERGY, NEIGHBOUR])
    for (const hour of [0, 1]) here.readings.put({ registerId, at: START + hour * HOUR_MS, value: hour * 1_000 })
  here.setNow(START + 5 * HOUR_MS)
  await service.feedTick()
  return { here, service }
}
const closedOf = ({ store }: ReturnType<typeof house>, registerId: number) =>
  store.latest().filter((hour) => hour.registerId === registerId && hour.hour >= START).length

describe('a register whose figures cannot be computed', () => {
  it('keeps its hours due, and fails the tick in the same words each time, when all others are closed', async () => {
    const { here, service } = await damagedHouse()
    await expect(service.closingTick()).rejects.toThrow(WORDS)
    expect(closedOf(here, NEIGHBOUR)).toBe(2)
    expect(new Set(here.store.dueNow().map(({ registerId }) => registerId))).toEqual(new Set([ENERGY]))
    here.readings.put({ registerId: NEIGHBOUR, at: START + 2 * HOUR_MS, value: 2_000 })
    await service.feedTick()
    await expect(service.closingTick()).rejects.toThrow(WORDS)
    expect(closedOf(here, NEIGHBOUR)).toBe(3)
    await expect(service.settle()).rejects.toThrow(WORDS)
  })
  it('is the only one that fails when it is the factor book that is at fault', async () => {
    const { readings, store } = house()
    const registerIds = [ENERGY, NEIGHBOUR]
    for (const registerId of registerIds) {
      for (const [n, value] of [0, 100].entries()) readings.put({ registerId, at: START + n * 60_000, value })
    }
    const doubled = [...shippedFactors.bySubject].map(
      ([subject, factors]) => [subject, [...factors, ...factors]] as const,
    )
    const doors = {
      readings,
      figures: store.figures,
      writer: store.writer,
      due: dueHours(registerIds.map((registerId) => ({ registerId, hour: START }))),
      spoken: nobodySpoke(),
      registers: () => indexRegisters(twoRegisters),
      book: { ...shippedFactors, bySubject: new Map(doubled) },
    }
    const patience = { settleMs: 0, quietMs: 0 }
    const tick = { doors, patience, now: () => START + 2 * HOUR_MS, onRound: () => undefined, isStopping: () => false }
    await expect(closeAll(tick)).rejects.toThrow(
      /^hours that cannot be computed stay due: register 7: .*several factors/u,
    )
    expect(store.latest().map(({ registerId }) => registerId)).toEqual([NEIGHBOUR])
    expect(doors.due.size()).toBe(1)
  })
  it('is closed by the next tick after it was mended', async () => {
    const { here, service } = await damagedHouse()
    await expect(service.closingTick()).rejects.toThrow(WORDS)
    const { carry: _carry, ...mended } = damaged
    await commitHour(here, { ...mended, revision: 2 })
    await service.closingTick()
    expect(closedOf(here, ENERGY)).toBe(2)
    expect(here.store.dueNow()).toEqual([])
  })
})

it('names five registers, in order, and how many more', () => {
  const failures = new Map([9, 3, 5, 1, 7, 2, 8].map((id) => [id, new Error(`no ${id}`)]))
  expect(failedTogether(failures).message).toBe(
    'hours that cannot be computed stay due: register 1: no 1; register 2: no 2; register 3: no 3; register 5: no 5; register 7: no 7; and 2 more registers',
  )
})
