import { HOUR_MS } from '@parkpulse/metering'
import { describe, expect, it } from 'vitest'
import { ENERGY, house, POWER, rule, smallPark } from './testing/small-park.ts'

const MINUTE = 60_000
const START = Date.parse('2026-11-22T01:00:00Z')
const spoke = (registerId: number, minute: number, value: number) => ({
  registerId,
  at: START + minute * MINUTE,
  value,
})
const TOPIC = 'parkpulse/v1/p/s/alerts/peak-9'
/** The same meter with none of its registers listed. */
const delisted = {
  ...smallPark,
  version: 2,
  meters: smallPark.meters.map((meter) => ({
    ...meter,
    registers: [],
    retired: meter.registers.map((one) => Object.assign({}, one, { retiredAt: 0 })),
  })),
}
async function pending() {
  const here = house()
  const service = await here.open()
  here.readings.put(spoke(POWER, 0, 300))
  here.readings.put(spoke(POWER, 1, 401))
  await service.feedTick()
  return { ...here, service }
}
async function firing() {
  const here = await pending()
  here.readings.put(spoke(POWER, 2, 405))
  await here.service.feedTick()
  return here
}

describe('alerts', () => {
  it('fire, are on their topic with everything a person needs, and are cleared when resolved', async () => {
    const { service, store, published, readings } = await firing()
    expect(store.transitions.map(({ from, to, value }) => `${from} → ${to} ${value}`)).toEqual([
      'inactive → pending 401',
      'pending → firing 405',
    ])
    expect(published.get(TOPIC)).toEqual({
      alert: 'peak-9',
      rule: 'peak',
      park: 'p',
      site: 's',
      meter: 'm',
      quantity: 'active_power_kw',
      state: 'firing',
      value: 405,
      breach: 'above',
      limit: 400,
      since: '2026-11-22T01:02:00.000Z',
      severity: 'warning',
      advice: { vi: 'Giảm tải', en: 'Shed load' },
    })
    readings.put(spoke(POWER, 3, 379))
    await service.feedTick()
    expect(published.has(TOPIC)).toBe(false)
    expect(store.transitions.at(-1)).toMatchObject({ from: 'firing', to: 'inactive', value: 379 })
  })
  it('fire once when the process is killed and goes on, and are put up again with the value that made them fire', async () => {
    const { open, readings, published, store, standingAtStart } = await firing()
    const message = published.get(TOPIC)
    readings.put(spoke(POWER, 3, 410))
    published.clear()
    const service = await open()
    expect(published.get(TOPIC)).toEqual(message)
    expect(standingAtStart()).toEqual([TOPIC])
    await service.feedTick()
    expect(store.transitions).toHaveLength(2)
  })
  it('are stepped once when a commit fails and is tried again', async () => {
    const { service, store, readings } = await firing()
    store.failNext(1)
    readings.put(spoke(POWER, 3, 379))
    await expect(service.feedTick()).rejects.toThrow('disk full')
    expect(store.transitions).toHaveLength(2)
    await service.feedTick()
    await service.feedTick()
    expect(store.transitions).toHaveLength(3)
  })
})

describe('alerts whose rule watches the register no more', () => {
  const elsewhere = { ...smallPark, version: 2, rules: [{ ...rule, place: { park: 'elsewhere' } }] }
  type Firing = Awaited<ReturnType<typeof firing>>

  it.each<[string, (here: Firing) => Promise<unknown>]>([
    ['at the next housekeeping', async ({ service }) => service.housekeepingTick()],
    [
      'when a reading of an unknown register took the news of it first',
      async ({ service, readings }) => {
        readings.put(spoke(77, 3, 1))
        await service.feedTick()
        await service.housekeepingTick()
      },
    ],
    [
      'when the commit fails and is tried again',
      async ({ service, store }) => {
        store.failNext(1)
        await expect(service.housekeepingTick()).rejects.toThrow('disk full')
        await service.housekeepingTick()
      },
    ],
    [
      'when that happened while we were down, and are taken down by the new process',
      async ({ open }) => (await open()).housekeepingTick(),
    ],
    [
      'when that happened while we were down, and nothing but settling is asked',
      async ({ open }) => (await open()).settle(),
    ],
  ])('end %s', async (_case, go) => {
    const here = await firing()
    here.register(elsewhere)
    await go(here)
    expect(here.published.has(TOPIC)).toBe(false)
    expect(here.store.transitions).toHaveLength(3)
    expect(here.store.transitions.at(-1)).toMatchObject({ alertId: 'peak-9', from: 'firing', to: 'inactive' })
  })
  it.each(Array.from({ length: 16 }, (_, steps) => steps))(
    'end after what a page of the feed does to them, housekeeping coming %i steps into the page',
    async (steps) => {
      const { service, store, readings, register, published } = await pending()
      readings.put(spoke(POWER, 2, 405))
      const page = service.feedTick()
      for (let step = 0; step < steps; step += 1) await Promise.resolve()
      register(elsewhere)
      await Promise.all([page, service.housekeepingTick()])
      expect(await store.writer.alertStates()).toMatchObject([{ state: { kind: 'inactive' } }])
      expect(store.transitions.map(({ from }) => from)).toEqual([
        'inactive',
        ...store.transitions.slice(0, -1).map(({ to }) => to),
      ])
      expect(published.has(TOPIC)).toBe(false)
    },
  )
  it('end with a register that is no longer listed, and stand retained no more', async () => {
    const { service, store, published, register } = await firing()
    register(delisted)
    await service.housekeepingTick()
    expect(published.has(TOPIC)).toBe(false)
    expect(store.transitions.at(-1)).toMatchObject({ alertId: 'peak-9', from: 'firing', to: 'inactive' })
  })
  it('are put up anew when their rule changed and another had asked the registry before', async () => {
    const { service, published, readings, register } = await firing()
    register({ ...smallPark, version: 2, rules: [{ ...rule, severity: 'critical' }] })
    readings.put(spoke(77, 3, 1))
    await service.feedTick()
    await service.housekeepingTick()
    expect(published.get(TOPIC)).toMatchObject({ severity: 'critical', value: 405 })
  })
})

describe('hours', () => {
  it('close when they are over and their register has spoken past the end, restate when late readings come', async () => {
    const { readings, store, open, setNow } = house()
    const service = await open()
    for (const [minute, value] of [
      [0, 0],
      [30, 1_000],
      [59, 1_900],
    ] as const)
      readings.put(spoke(ENERGY, minute, value))
    setNow(START + 59 * MINUTE)
    await service.feedTick()
    await service.closingTick()
    setNow(START + 61 * MINUTE)
    await service.closingTick()
    expect(store.latest()).toEqual([])
    readings.put(spoke(ENERGY, 60, 2_000))
    await service.feedTick()
    await service.closingTick()
    expect(store.latest()).toMatchObject([
      { hour: START, amount: 6_000, quality: 'measured', revision: 1, cause: 'closed' },
    ])
    expect([...store.emissions.values()]).toMatchObject([
      {
        kind: 'emission',
        factorId: 'vn-grid-2023',
        factorStatus: 'provisional',
        hourRevision: 1,
        gases: { co2Kg: 3.9552 },
      },
    ])

    readings.put(spoke(ENERGY, 40, 1_995))
    await service.feedTick()
    await service.closingTick()
    const editions = store.editions(ENERGY, START)
    expect(editions.map(({ revision, cause, events }) => ({ revision, cause, events }))).toEqual([
      { revision: 1, cause: 'closed', events: [] },
      { revision: 2, cause: 'late-readings', events: ['implausible'] },
    ])
  })
  it('close without a word after the settling time, and are put right by the next one', async () => {
    const { readings, store, open, setNow } = house()
    const service = await open()
    readings.put(spoke(ENERGY, 0, 0))
    readings.put(spoke(ENERGY, 30, 500))
    await service.feedTick()
    setNow(START + 70 * MINUTE)
    await service.closingTick()
    expect(store.latest()).toMatchObject([{ hour: START, missingMs: 30 * MINUTE, quality: 'missing' }])
    readings.put(spoke(ENERGY, 210, 3_500))
    setNow(START + 300 * MINUTE)
    await service.feedTick()
    await service.closingTick()
    expect(store.latest().map(({ amount, revision, missingMs }) => [amount, revision, missingMs])).toEqual([
      [3_000, 2, 0],
      [3_000, 1, 0],
      [3_000, 1, 0],
      [1_500, 1, 30 * MINUTE],
    ])
  })
  it('of a register that nobody knows wait until it is registered', async () => {
    const { readings, store, open, setNow, register } = house({ ...smallPark, meters: [] })
    const service = await open()
    readings.put(spoke(ENERGY, 0, 0))
    readings.put(spoke(ENERGY, 60, 700))
    readings.put(spoke(POWER, 0, 5))
    setNow(START + 500 * MINUTE)
    await service.feedTick()
    await service.closingTick()
    expect(store.latest()).toEqual([])
    register(smallPark)
    await service.housekeepingTick()
    await service.closingTick()
    expect(store.latest().map(({ amount }) => amount)).toEqual([2_100, 0])
    expect(store.dueNow()).toEqual([])
  })
  it('of a register that is no longer listed are closed like any other', async () => {
    const { readings, store, open, setNow, register } = house()
    const service = await open()
    for (const minute of [0, 20, 40]) readings.put(spoke(ENERGY, minute, minute * 10))
    await service.feedTick()
    register(delisted)
    await service.housekeepingTick()
    setNow(START + 70 * MINUTE)
    await service.closingTick()
    expect(store.latest()).toMatchObject([{ hour: START, amount: 1_200, missingMs: 20 * MINUTE }])
    expect(store.emissions.size).toBeGreaterThan(0)
    expect(store.dueNow()).toEqual([])
  })
  it('are all looked at again when the feed was trimmed, and only what changed is written', async () => {
    const { readings, store, open, setNow } = house()
    setNow(START + 50 * HOUR_MS)
    const service = await open()
    for (const minute of [0, 30, 60, 90, 240, 270]) readings.put(spoke(ENERGY, minute, minute * 10))
    await service.settle()
    const before = store.latest()
    readings.put(spoke(ENERGY, 150, 1_499))
    readings.put(spoke(POWER, 280, 500))
    readings.trimFeed()
    await service.settle()
    const touched = store.latest().filter(({ revision }) => revision === 2)
    expect(touched.map(({ hour }) => (hour - START) / HOUR_MS)).toEqual([1, 2, 3])
    expect(store.latest()).toHaveLength(before.length)
    expect(store.transitions.map(({ to }) => to)).toEqual(['pending'])
    expect(store.dueNow()).toEqual([])
  })
})
