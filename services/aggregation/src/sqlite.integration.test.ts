// The law of arrival and the promises of restarts once more, over the real store: random chunks, both ticks at once, reopened.

import { createHealth, createMetrics, type Logger } from '@parkpulse/host'
import { cutHours, HOUR_MS, hourOf, type Reading } from '@parkpulse/metering'
import { type HourRevision, openFigures, openFiguresWriter, openReadings, openReadingsWriter } from '@parkpulse/store'
import * as fc from 'fast-check'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openAggregation } from './aggregation.ts'
import { energy, ENERGY, smallPark } from './testing/small-park.ts'

const MINUTE = 60_000
const START = Date.parse('2023-06-01T00:00:00Z')
const NOW = START + 1000 * HOUR_MS
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined } as unknown as Logger

async function openHouse(folder: string) {
  const writer = await openFiguresWriter({ folder })
  const figures = await openFigures({ folder })
  const readings = await openReadings({ folder })
  const service = await openAggregation({
    writer,
    figures,
    readings,
    log: silent,
    settleMs: 600_000,
    registry: { installation: () => smallPark, refresh: async () => false },
    publisher: { set: () => undefined, clearOthers: () => undefined, isConnected: () => true },
    clock: { now: () => NOW },
    health: createHealth(),
    metrics: createMetrics('aggregation'),
  })
  return {
    service,
    figures,
    writer,
    close: () => Promise.all([writer.close(), figures.close(), readings.close()]),
  }
}

const figureOf = ({ revision: _r, cause: _c, recordedAt: _a, ...figure }: HourRevision) => figure

/** A register that climbs, stands, falls and comes back, over two days. */
const lives = fc
  .array(
    fc.record({
      after: fc.integer({ min: 1, max: 150 }),
      what: fc.constantFrom('climb', 'climb', 'stand', 'restart', 'zero'),
    }),
    {
      minLength: 2,
      maxLength: 60,
    },
  )
  .map((events) => {
    let at = START
    let level = 500_000
    return events.map(({ after, what }, index): Reading => {
      at += after * MINUTE
      if (what === 'climb') level += after * 20
      if (what === 'restart') level = 0
      return { registerId: ENERGY, at, value: what === 'zero' ? 0 : level, position: index }
    })
  })

describe('over the embedded store', () => {
  it('any order of arrival gives the figures of the whole; reopened, nothing is left and nothing is written again', async () => {
    const property = fc.asyncProperty(lives, fc.infiniteStream(fc.nat()), async (said, chance) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'aggregation-'))
      const intake = await openReadingsWriter({ folder })
      let here = await openHouse(folder)
      const keyed = said.map((one) => ({ one, key: chance.next().value }))
      const order = keyed.sort((a, b) => a.key - b.key).map(({ one }) => one)
      for (let index = 0; index < order.length; index += 7) {
        const readings = order.slice(index, index + 7)
        const accepted = [{ place: 'p/s/m', receivedAt: NOW - HOUR_MS, readings }]
        await intake.write({ upTo: index + 7, receivedAt: NOW, accepted, rejections: [], refusals: [], replayed: [] })
        const { service } = here
        await Promise.all([service.feedTick(), service.closingTick(), service.feedTick()])
        if (chance.next().value % 3 === 0) {
          await here.close()
          here = await openHouse(folder)
        }
      }
      await here.service.settle()
      const from = hourOf(said[0]?.at ?? 0)
      const period = { from, until: hourOf(said.at(-1)?.at ?? 0) + HOUR_MS }
      const stored = await here.figures.hours([ENERGY], { from: 0, until: NOW })
      expect(stored.map(figureOf)).toEqual(cutHours({ register: energy, readings: said, period }))
      const emitting = stored.filter(({ missingMs, revision }) => missingMs < HOUR_MS || revision > 1)
      expect(await here.figures.emissions([ENERGY], { from: 0, until: NOW })).toHaveLength(emitting.length)
      await here.close()
      here = await openHouse(folder)
      expect(await here.writer.due()).toEqual([])
      await here.service.settle()
      expect(await here.figures.hours([ENERGY], { from: 0, until: NOW })).toEqual(stored)
      await here.close()
      await intake.close()
      await rm(folder, { recursive: true })
    })
    await fc.assert(property, { seed: 20_261_123, numRuns: 8 })
  })
})
