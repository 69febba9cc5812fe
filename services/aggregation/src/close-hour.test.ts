import { countReadings, cutHours, HOUR_MS, hourOf, type HourFigure, type Reading } from '@parkpulse/metering'
import type { HourRevision } from '@parkpulse/store'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Aggregation } from './aggregation.ts'
import { energy, ENERGY, house } from './testing/small-park.ts'

const SEED = 20_261_123
const MINUTE = 60_000
const START = Date.parse('2023-06-01T00:00:00Z')

const figureOf = ({ revision: _r, cause: _c, recordedAt: _a, ...figure }: HourRevision): HourFigure => figure
type Said = { readonly at: number; readonly value: number }

const spoke = (minute: number, value: number): Said => ({ at: START + minute * MINUTE, value })

type Step = { readonly after: number; readonly what: string; readonly much: number }

/** A day or two of a register, from what befell it. */
function lifeOf({ events, start }: { readonly events: readonly Step[]; readonly start: number }): Said[] {
  let at = START + 20 * MINUTE
  let level = start
  const said: Said[] = [{ at, value: level }]
  for (const { after, what, much } of events) {
    at += after
    const most = Math.floor((energy.mostPerHour * after) / HOUR_MS / energy.multiplier)
    if (what === 'climb') level = (level + Math.floor(most * much)) % energy.capacity
    if (what === 'reset') level = Math.floor(most * much)
    if (what === 'restart') level = 0
    const shown = { zero: 0, spike: Math.floor(energy.capacity * much), dip: Math.max(level - 5, 0) }
    said.push({ at, value: what in shown ? shown[what as keyof typeof shown] : level })
  }
  return said
}
const livesOf = (after: fc.Arbitrary<number>, what: fc.Arbitrary<string>) =>
  fc
    .record({
      events: fc.array(fc.record({ after, what, much: fc.double({ min: 0, max: 1, noNaN: true }) }), {
        minLength: 1,
        maxLength: 40,
      }),
      start: fc.integer({ min: 0, max: 999_999 }),
    })
    .map(lifeOf)

/** With everything that befalls one. */
const ordinary = livesOf(
  fc.oneof(
    fc.integer({ min: 1, max: 30 * MINUTE }),
    fc.constant(10 * MINUTE),
    fc.integer({ min: 1, max: 6 * HOUR_MS }),
  ),
  fc.constantFrom('climb', 'climb', 'climb', 'climb', 'stand', 'reset', 'zero', 'spike', 'dip'),
)
/** Falls, long stretches of standing still, and zeros that may be either. */
const falling = livesOf(
  fc.constantFrom(10 * MINUTE, 20 * MINUTE, 60 * MINUTE, 70 * MINUTE, 3 * HOUR_MS),
  fc.constantFrom('climb', 'stand', 'stand', 'stand', 'restart', 'zero', 'zero', 'reset'),
)
const lives = fc.oneof(ordinary, falling)

/** Everything that was said, cut at once: what the figures must be whatever the order of arrival. */
function cutAtOnce(said: readonly Said[]): readonly HourFigure[] {
  const readings = said.map((one): Reading => ({ registerId: ENERGY, position: 0, ...one }))
  const from = hourOf(readings[0]?.at ?? 0)
  return cutHours({
    register: energy,
    readings,
    period: { from, until: hourOf(readings.at(-1)?.at ?? 0) + HOUR_MS },
  })
}

type House = Pick<ReturnType<typeof house>, 'store' | 'open'> & { readonly service: Aggregation }
const quietly = (run: Promise<void>) => run.catch(() => undefined)

/** What happens between two arrivals. */
async function go(next: string, { service, store, open }: House): Promise<Aggregation> {
  if (next === 'both')
    await Promise.all([service.closingTick(), service.feedTick(), service.closingTick()].map(quietly))
  if (next === 'fail') store.failNext(1)
  await quietly(service.feedTick())
  if (next === 'fail') store.failNext(1)
  if (next !== 'feed') await quietly(service.closingTick())
  if (next === 'settle') await quietly(service.settle())
  return next === 'crash' ? open() : service
}

describe('law: any order of arrival gives the figures of the whole', () => {
  it('in random chunks, with conflicts, ticks, crashes and failing commits in between', async () => {
    const chunks = fc.infiniteStream(
      fc.record({
        size: fc.integer({ min: 1, max: 12 }),
        next: fc.constantFrom('tick', 'both', 'feed', 'crash', 'fail', 'settle'),
      }),
    )
    await fc.assert(
      fc.asyncProperty(lives, fc.infiniteStream(fc.nat()), chunks, async (said, chance, steps) => {
        // Either everything shuffled, or in order with a few held back to the end.
        const heldBack = chance.next().value % 2 === 0
        const keyed = said.map((one, index) => ({ one, key: chance.next().value, index }))
        for (const held of keyed) if (heldBack) held.key = held.key % 5 === 0 ? 1000 + held.key : held.index
        const order = keyed.sort((a, b) => a.key - b.key).map(({ one }) => one)
        const { readings, store, open, setNow } = house()
        setNow(START + 1000 * HOUR_MS)
        let service = await open()
        for (let index = 0; index < order.length;) {
          const { size, next } = steps.next().value
          for (const one of order.slice(index, index + size)) {
            if (one.value % 7 === 3) readings.put({ registerId: ENERGY, at: one.at, value: 1 + (one.value % 900_000) })
            readings.put({ registerId: ENERGY, ...one })
          }
          index += size
          service = await go(next, { service, store, open })
        }
        store.failNext(0)
        await service.settle()
        expect(store.latest().map(figureOf)).toEqual(cutAtOnce(said))
        expect(store.dueNow()).toEqual([])
        const commits = store.commits()
        await service.settle()
        expect(store.commits()).toBe(commits)
      }),
      {
        seed: SEED,
        numRuns: Number(process.env['RUNS'] ?? 300),
      },
    )
  })
})

describe('one late reading', () => {
  it.each<[string, readonly Said[], Said]>([
    ['within an hour', [spoke(10, 0), spoke(50, 300), spoke(70, 500)], spoke(30, 100)],
    ['over a gap of hours', [spoke(10, 0), spoke(50, 300), spoke(290, 3_000), spoke(310, 3_100)], spoke(150, 900)],
    ['on the full hour', [spoke(10, 0), spoke(50, 300), spoke(70, 500)], spoke(60, 301)],
    [
      'before everything, which begins on a full hour',
      [spoke(120, 900), spoke(190, 1_200), spoke(250, 1_300)],
      spoke(60, 0),
    ],
    ['before everything', [spoke(130, 900), spoke(190, 1_200), spoke(250, 1_300)], spoke(10, 0)],
    ['after everything', [spoke(10, 0), spoke(70, 500)], spoke(400, 4_000)],
    [
      'that makes a fall a glitch, in the hour after it',
      [spoke(-20, 9_000), spoke(20, 300), spoke(70, 300), spoke(130, 300), spoke(160, 5_000), spoke(185, 5_100)],
      spoke(140, 9_100),
    ],
    [
      'that makes a fall a glitch, after hours of standing still',
      [
        spoke(-20, 9_000),
        spoke(20, 0),
        spoke(70, 0),
        spoke(130, 0),
        spoke(190, 0),
        spoke(250, 0),
        spoke(280, 5_000),
        spoke(305, 5_100),
      ],
      spoke(260, 9_100),
    ],
    [
      'that leaves a fall open and silences what follows',
      [spoke(0, 990_000), spoke(60, 990_000), spoke(280, 0), spoke(300, 0)],
      spoke(100, 0),
    ],
    [
      'that takes the trust from a first reading',
      [spoke(50, 0), spoke(70, 900_000), spoke(100, 0), spoke(130, 5)],
      spoke(80, 900_100),
    ],
  ])('%s', async (_case, said, late) => {
    const { readings, store, open, setNow } = house()
    setNow(START + 1000 * HOUR_MS)
    const service = await open()
    for (const one of said) readings.put({ registerId: ENERGY, ...one })
    await service.settle()
    expect(store.latest().map(figureOf)).toEqual(cutAtOnce(said))
    readings.put({ registerId: ENERGY, ...late })
    await service.settle()
    expect(store.latest().map(figureOf)).toEqual(cutAtOnce([...said, late].sort((a, b) => a.at - b.at)))
  })
})

describe('sums', () => {
  it('add up to what passed between the first and the last counted reading', async () => {
    await fc.assert(
      fc.asyncProperty(lives, async (said) => {
        const { readings, store, open, setNow } = house()
        setNow(START + 1000 * HOUR_MS)
        const service = await open()
        for (const one of said.toReversed()) readings.put({ registerId: ENERGY, ...one })
        await service.settle()
        const { steps } = countReadings(undefined, said, energy)
        const sum = store.latest().reduce((total, { amount }) => total + amount, 0)
        expect(sum).toBe(steps.reduce((total, { amount }) => total + amount, 0))
      }),
      { seed: SEED, numRuns: 100 },
    )
  })
})
