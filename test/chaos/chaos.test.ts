// Acknowledged means kept: the house is shot at and nothing that was acknowledged is missing or doubled.

import { expect, test } from 'vitest'
import { runChaos } from './chaos.ts'

const KILLS = 20
const SEED = 20_261_123

test(`${KILLS} kills under load lose nothing, double nothing and leave the hours as they would have been (seed ${SEED})`, async () => {
  const report = await runChaos({ kills: KILLS, seed: SEED }, (line) => process.stdout.write(`chaos: ${line}\n`))
  expect(Object.values(report.kills).reduce((a, b) => a + b, 0)).toBe(KILLS)
  expect(Object.keys(report.kills).sort()).toEqual(['aggregation', 'api', 'broker', 'ingestion'])
  expect(report.readings).toBeGreaterThan(10_000)
  expect(report.hours).toBeGreaterThan(100)
  expect(report.missing).toEqual([])
  expect(report.unexpected).toEqual([])
  expect(report.doubled).toBe(0)
  expect(report.unbalanced).toEqual([])
  expect(report.differing).toEqual([])
  expect(report.transitions).toBeGreaterThan(1_000)
  expect(report.wrongAlerts).toEqual([])
}, 600_000)
