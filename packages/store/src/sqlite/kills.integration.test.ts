// A writer killed at any moment leaves whole batches, and its position says which.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { HOUR_MS } from '@parkpulse/metering'
import { T0 } from '../conformance/batches.ts'
import { testFolder } from '../conformance/opened.ts'
import { REGISTERS } from './numbered-batch.child.ts'
import { openReadings, type Readings } from './readings.ts'
import { openReadingsWriter } from './readings-writer.ts'

const KILLS = 12
const SCRIPT = new URL('write-until-killed.child.ts', import.meta.url).pathname

/** Writes until killed after a while; the last batch that was acknowledged. */
const writeAndKill = async (folder: string, afterMs: number): Promise<number> => {
  const child = spawn(process.execPath, [SCRIPT, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  let told = ''
  child.stdout.on('data', (data: Buffer) => {
    told = (told + data.toString()).slice(-100)
  })
  // The first acknowledgement shows that it has started; then the kill may fall anywhere in a write.
  await once(child.stdout, 'data')
  await wait(afterMs)
  child.kill('SIGKILL')
  await once(child, 'close')
  return Number(
    told
      .trimEnd()
      .split('\n')
      .at(told.endsWith('\n') ? -1 : -2),
  )
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

const expectBatches = async (readings: Readings, n: number): Promise<void> => {
  const period = { from: T0, until: T0 + (n + 2) * 60_000 }
  for (const register of [1, 2, REGISTERS]) {
    const found = await readings.readings(register, period, 100_000)
    const value = (k: number): number => (register === 2 && k < n ? -(k + 1) : k * 10)
    const expected = Array.from({ length: n }, (_, i) => ({ at: T0 + (i + 1) * 60_000, value: value(i + 1) }))
    expect(found.map(({ at, value: shown }) => ({ at, value: shown }))).toEqual(expected)
  }
  expect(await readings.conflicts(2, period, 100_000)).toHaveLength(n - 1)
  expect((await readings.latest()).map(({ at }) => at)).toEqual(
    Array.from({ length: REGISTERS }, () => T0 + n * 60_000),
  )
  expect(await readings.head()).toBe(n * REGISTERS + n - 1)
  const lines = await readings.ledger('', { from: 0, until: T0 + 10_000 * HOUR_MS })
  const total = (fate: 'stored' | 'repeated' | 'conflicting' | 'rejected' | 'refused' | 'received'): number =>
    sum(lines.map((line) => line[fate]))
  expect(['stored', 'repeated', 'conflicting', 'rejected', 'refused'].map((fate) => total(fate as 'stored'))).toEqual([
    n * REGISTERS,
    n - 1,
    n - 1,
    n * 2,
    n,
  ])
  expect(total('received')).toBe(n * REGISTERS + 2 * (n - 1) + 3 * n)
}

it(`after each of ${KILLS} kills position and contents agree, and nothing acknowledged is missing`, async () => {
  const folder = await testFolder()
  for (let kill = 0; kill < KILLS; kill += 1) {
    const acknowledged = await writeAndKill(folder, Math.random() * 150)
    const writer = await openReadingsWriter({ folder })
    const readings = await openReadings({ folder })
    const written = Number(await writer.position()) / 1_000
    expect(written).toBeGreaterThanOrEqual(acknowledged)
    expect(written).toBeLessThanOrEqual(acknowledged + 1)
    await expectBatches(readings, written)
    await Promise.all([writer.close(), readings.close()])
  }
})
