// Laws over generated batches: whatever is repeated, conflicting or late, the store agrees with a model of a few lines.

import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { HOUR_MS, type Reading } from '@parkpulse/metering'
import type { IngestBatch, LedgerQuery, ReadingsQuery } from '../ports.ts'
import { batch, group, reading, T0 } from './batches.ts'
import { opened, type StoreDoors, testFolder } from './opened.ts'

const ALL = { from: 0, until: T0 * 2 }
const RUNS = 40

type Model = {
  readonly values: Map<string, Reading>
  readonly feed: Reading[]
  readonly conflicts: string[]
  readonly counts: { stored: number; repeated: number; conflicting: number }
}

const accept = (model: Model, one: Reading): void => {
  const key = `${one.registerId} ${one.at}`
  const before = model.values.get(key)
  const fate = before === undefined ? 'stored' : before.value === one.value ? 'repeated' : 'conflicting'
  model.counts[fate] += 1
  if (fate === 'repeated') return
  model.values.set(key, one)
  model.feed.push(one)
  if (before !== undefined)
    model.conflicts.push(`${key} ${before.value}@${before.position} ${one.value}@${one.position}`)
}

const modelOf = (batches: readonly IngestBatch[]): Model => {
  const counts = { stored: 0, repeated: 0, conflicting: 0 }
  const model: Model = { values: new Map(), feed: [], conflicts: [], counts }
  for (const { accepted } of batches)
    for (const { readings } of accepted) for (const one of readings) accept(model, one)
  return model
}

// Few registers, instants and values, so that keys meet often; hours that lie years apart.
const anyReading = fc
  .record({
    register: fc.integer({ min: 1, max: 3 }),
    hour: fc.constantFrom(-30_000, -1, 0, 1),
    ms: fc.integer({ min: 0, max: 3 }),
    value: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ register, hour, ms, value }) => reading(register, T0 + hour * HOUR_MS + ms, value))

const anyBatches = fc
  .array(fc.array(fc.array(anyReading, { maxLength: 4 }), { maxLength: 6 }), { maxLength: 6 })
  .map((batches) =>
    batches.map((messages, b) =>
      batch((b + 1) * 1_000, {
        accepted: messages.map((readings, m) =>
          group(
            readings.map((one) => ({ ...one, position: b * 1_000 + m })),
            { place: `park/site/meter-${m % 3}` },
          ),
        ),
      }),
    ),
  )

const byPlace = (a: Reading, b: Reading): number => a.registerId - b.registerId || a.at - b.at

const compareReadings = async (readings: ReadingsQuery, model: Model): Promise<void> => {
  const found = []
  const conflicts = []
  for (const register of [1, 2, 3]) {
    found.push(...(await readings.readings(register, ALL, 1_000)))
    for (const c of await readings.conflicts(register, ALL, 1_000))
      conflicts.push(`${register} ${c.at} ${c.valueBefore}@${c.positionBefore} ${c.value}@${c.position}`)
  }
  expect(found).toEqual([...model.values.values()].toSorted(byPlace))
  expect(conflicts.toSorted()).toEqual(model.conflicts.toSorted())
  const latest = (await readings.latest()).map(({ registerId, at, value }) => `${registerId} ${at} ${value}`)
  const newest = new Map([...model.values.values()].toSorted(byPlace).map((one) => [one.registerId, one]))
  expect(latest).toEqual([...newest.values()].map(({ registerId, at, value }) => `${registerId} ${at} ${value}`))
}

const compareLedger = async (ledger: LedgerQuery, model: Model): Promise<void> => {
  const sum = { stored: 0, repeated: 0, conflicting: 0 }
  for (const line of await ledger.ledger('', ALL)) {
    sum.stored += line.stored
    sum.repeated += line.repeated
    sum.conflicting += line.conflicting
    expect(line.received).toBe(line.stored + line.repeated + line.conflicting)
  }
  expect(sum).toEqual(model.counts)
}

export const lawConformance = (doors: StoreDoors): void => {
  it('any repeated, conflicting, late batches leave what the model says, also when sent again and reopened', async () => {
    const law = fc.asyncProperty(anyBatches, fc.nat(5), async (batches, reopenAt) => {
      const folder = await testFolder()
      let writer = await opened(doors.readingsWriter, folder)
      for (const [b, one] of batches.entries()) {
        await writer.write(one)
        if (b !== reopenAt) continue
        await writer.close()
        writer = await opened(doors.readingsWriter, folder)
        // Back to an earlier position, as after a crash between the store's commit and the journal's cursor.
        for (const again of batches.slice(0, b + 1)) await writer.write(again)
      }
      const readings = await opened(doors.readings, folder)
      const model = modelOf(batches)
      await compareReadings(readings, model)
      await compareLedger(readings, model)
      const page = await readings.since(0, 1_000)
      expect(
        page.kind === 'page' && page.readings.map((one) => reading(one.registerId, one.at, one.value, one.position)),
      ).toEqual(model.feed)
      await Promise.all([writer.close(), readings.close()])
    })
    // A failure prints its seed.
    await fc.assert(law, { numRuns: RUNS })
  }, 60_000)
}
