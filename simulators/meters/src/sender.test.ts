import { createMetrics } from '@parkpulse/host'
import { describe, expect, test } from 'vitest'
import { startBackfill } from './backfill.ts'
import { noFaults, someFaults, type Faults } from './faults.ts'
import type { Line } from './line.ts'
import { type SimulatedMeter, simulatedPark } from './park.ts'
import { openSender } from './sender.ts'

const T0 = Date.UTC(2026, 10, 23, 2)
const park = simulatedPark({ seed: 7, park: 'p', factories: 2, metersPerFactory: 4 })
const meters = park.sites.flatMap((site) => site.meters)
const log = { info() {}, debug() {}, warn() {}, error() {} } as never
const sentCounter = () => createMetrics('test').counter('sent_total', 'Sent.', ['way'])

type Item = { meter?: string; at: string | number; values: Record<string, number> }
type Message = { topic: string; items: Item[] }

/** A broker's end of the line, that acknowledges only while it is open. */
function fakeLine() {
  const messages: Message[] = []
  let held: (() => void)[] = []
  let open = true
  const line: Line = {
    connected: true,
    close: () => Promise.resolve(),
    send(topic, payload) {
      const parsed = JSON.parse(payload) as Item | Item[]
      messages.push({ topic, items: Array.isArray(parsed) ? parsed : [parsed] })
      return open ? Promise.resolve() : new Promise((resolve) => held.push(resolve))
    },
  }
  return {
    line,
    messages,
    hold: () => void (open = false),
    release() {
      open = true
      for (const resolve of held) resolve()
      held = []
    },
  }
}

function senderOf(options: { faults?: Faults; only?: readonly SimulatedMeter[]; intervalMs?: number } = {}) {
  const fake = fakeLine()
  const { faults = noFaults, only = meters, intervalMs = 10_000 } = options
  const common = { meters: only, weatherSeed: park.seed, intervalMs, from: T0, sent: sentCounter(), log }
  return { ...fake, sender: openSender({ ...common, faults, lineOf: () => fake.line }) }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))
const keyed = (messages: readonly Message[]) =>
  messages.flatMap(({ topic, items }) =>
    items.map(
      (item) => `${item.meter ?? topic.split('/')[4]} ${new Date(item.at).getTime()} ${JSON.stringify(item.values)}`,
    ),
  )

test('every meter speaks once per interval, on its own topic', async () => {
  const { sender, messages } = senderOf()
  for (let now = T0; now < T0 + 60_000; now += 200) {
    sender.sendDue(now)
    await settled()
  }
  expect(messages).toHaveLength(meters.length * 6)
  expect(messages[0]?.topic).toMatch(/^parkpulse\/v1\/p\/factory-0[12]\/[a-z0-9-]+\/readings$/)
  expect(new Set(keyed(messages)).size).toBe(messages.length)
})

test('a meter that is not acknowledged stops at its bound, and loses nothing when it may go on', async () => {
  const steady = senderOf()
  const stalled = senderOf()
  stalled.hold()
  for (let now = T0; now < T0 + 600_000; now += 1_000) {
    steady.sender.sendDue(now)
    stalled.sender.sendDue(now)
    await settled()
  }
  expect(stalled.sender.underWay).toBe(4 * meters.length)
  expect(stalled.sender.acknowledgedUntil()).toBeLessThan(T0 + 10_000)
  stalled.release()
  await settled()
  stalled.sender.sendDue(T0 + 600_000)
  steady.sender.sendDue(T0 + 600_000)
  await settled()
  expect(keyed(stalled.messages).sort()).toEqual(keyed(steady.messages).sort())
  expect(stalled.messages.length).toBeLessThan(steady.messages.length / 5)
  expect(stalled.sender.acknowledgedUntil()).toBeGreaterThan(T0 + 600_000)
})

test('back-filled readings are the ones that would have been sent live', async () => {
  const live = senderOf()
  for (let now = T0; now <= T0 + 7_200_000; now += 10_000) {
    live.sender.sendDue(now)
    await settled()
  }
  const fake = fakeLine()
  const period = { from: T0, until: T0 + 7_200_000 }
  const signal = new AbortController().signal
  const common = { park, period, faults: noFaults, sent: sentCounter(), log, signal, gatewayOf: () => fake.line }
  const filling = startBackfill({ ...common, intervalMs: 10_000 })
  await filling.finished
  expect(filling.doneUntil()).toBe(period.until)
  const liveBySite = (site: string) => keyed(live.messages.filter(({ topic }) => topic.split('/')[3] === site)).sort()
  for (const { id } of park.sites) {
    const filled = fake.messages.filter(({ topic }) => topic === `parkpulse/v1/p/${id}/readings`)
    expect(filled.every(({ items }) => items.length <= 400)).toBe(true)
    const inPeriod = liveBySite(id).filter((key) => Number(key.split(' ')[1]) < period.until)
    expect(keyed(filled).sort()).toEqual(inPeriod)
  }
})

const run = async (meter: SimulatedMeter, days: number) => {
  const made = senderOf({ faults: someFaults, only: [meter], intervalMs: 60_000 })
  for (let now = T0; now < T0 + days * 86_400_000; now += 60_000) {
    made.sender.sendDue(now)
    await settled()
  }
  return made.messages
}

describe('faults', () => {
  test('silence, lateness and doubles all happen, and happen again with the same seed', async () => {
    const first = await run(meters[0] as SimulatedMeter, 20)
    expect(await run(meters[0] as SimulatedMeter, 20)).toEqual(first)
    const times = first.flatMap(({ items }) => items.map((item) => new Date(item.at).getTime()))
    const distinct = [...new Set(times)].sort((a, b) => a - b)
    expect(distinct.length).toBeLessThan(times.length)
    const longestGap = distinct.reduce((gap, at, i) => Math.max(gap, i === 0 ? 0 : at - (distinct[i - 1] as number)), 0)
    expect(longestGap).toBeGreaterThanOrEqual(5_400_000)
    // A late batch: half an hour's readings in one message, where ordinary ones hold one.
    expect(Math.max(...first.map(({ items }) => items.length))).toBeGreaterThan(20)
  })

  test('a reset sets the register to zero once, and it counts on from there', () => {
    const fleet = simulatedPark({ seed: 7, park: 'p', factories: 12, metersPerFactory: 6 }).sites.flatMap(
      (site) => site.meters,
    )
    const weeks = Array.from({ length: 40 }, (_, i) => T0 + i * 7 * 86_400_000)
    const resets = fleet.map((meter) => new Set(weeks.map((at) => someFaults.resetTotal(meter, at))).size - 1)
    expect(Math.max(...resets)).toBeGreaterThan(0)
    expect(noFaults.resetTotal(fleet[0] as SimulatedMeter, T0)).toBeUndefined()
  })
})
