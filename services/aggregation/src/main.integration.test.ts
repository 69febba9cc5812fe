// The process as it runs: started on an empty folder, killed again and again while readings come, and run until settled.

import { askOps } from '@parkpulse/host'
import { cutHours, HOUR_MS, hourOf, isCumulative, type Reading } from '@parkpulse/metering'
import { openRegistry } from '@parkpulse/registry'
import { type HourRevision, openFigures, openReadingsWriter, type ReadingsWriter } from '@parkpulse/store'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

const MINUTE = 60_000
const MAIN = path.join(import.meta.dirname, 'main.ts')
const HOURS = 30
const START = hourOf(Date.now()) - 48 * HOUR_MS

let data = ''
let intake: ReadingsWriter
const children: ChildProcess[] = []

beforeAll(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'aggregation-'))
  intake = await openReadingsWriter({ folder: path.join(data, 'store') })
})
afterAll(async () => {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await intake.close()
  await rm(data, { recursive: true })
})

function start(...flags: string[]): ChildProcess {
  // Port 9 (discard): no broker answers there, and nothing must wait for one.
  const env = {
    PATH: process.env['PATH'],
    PARKPULSE_DATA: data,
    PARKPULSE_MQTT_HOST: '127.0.0.1',
    PARKPULSE_MQTT_PORT: '9',
  }
  const child = spawn(process.execPath, [MAIN, ...flags], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  children.push(child)
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

async function registerMeter() {
  const registry = await openRegistry({ file: path.join(data, 'registry.db'), now: () => START })
  await registry.putPark({ id: 'p', name: 'Park', timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' })
  await registry.putSite({ park: 'p', id: 's', name: 'Site' })
  const registers = [{ quantity: 'active_energy_import_kwh' }, { quantity: 'active_power_kw' }]
  await registry.putMeter({ park: 'p', site: 's', id: 'm', name: 'Meter', commodity: 'electricity', registers })
  await registry.refresh()
  const found = registry.installation().meters[0]?.registers.find(isCumulative)
  await registry.close()
  if (found === undefined) throw new Error('the register is not there')
  return found
}

const figureOf = ({ revision: _r, cause: _c, recordedAt: _a, ...figure }: HourRevision) => figure
const write = (readings: readonly Reading[], upTo: number) =>
  intake.write({
    upTo,
    receivedAt: Date.now(),
    rejections: [],
    refusals: [],
    replayed: [],
    accepted: [{ place: 'p/s/m', receivedAt: Date.now(), readings }],
  })

describe('the aggregation process', () => {
  it('killed at any moment leaves the figures that an undisturbed run would', async () => {
    const register = await registerMeter()
    const said = Array.from({ length: HOURS * 12 }, (_, index): Reading => {
      const at = START + index * 5 * MINUTE
      return { registerId: register.id, at, value: 1_000_000 + index * 4_170, position: index }
    })
    // Every third hour comes a round late.
    const late = said.filter(({ at }) => (at / HOUR_MS) % 3 < 1)
    const rounds = 6
    for (let round = 0; round < rounds; round += 1) {
      const child = start()
      const isNow = (_: Reading, index: number) => index % rounds === round
      await write(said.filter((reading) => !late.includes(reading)).filter(isNow), round * 2 + 1)
      await new Promise((resolve) => setTimeout(resolve, 500 + round * 150))
      await write(late.filter(isNow), round * 2 + 2)
      await kill(child)
    }
    const last = start('--until-settled')
    expect(await once(last, 'exit')).toEqual([0, null])

    const figures = await openFigures({ folder: path.join(data, 'store') })
    const period = { from: START, until: START + HOURS * HOUR_MS }
    const stored = await figures.hours([register.id], { from: 0, until: Date.now() })
    expect(stored.map(figureOf)).toEqual(cutHours({ register, readings: said, period }))
    const emissions = await figures.emissions([register.id], period)
    expect(emissions).toHaveLength(HOURS)
    for (const hour of stored) {
      const editions = await figures.revisions(register.id, hour.hour)
      expect(editions.map(({ revision }) => revision)).toEqual(editions.map((_, index) => index + 1))
    }
    await figures.close()
  })

  it('says how it is on its ops socket, and stops cleanly when told to', async () => {
    const child = start()
    await vi.waitFor(
      async () => {
        const answer = await askOps(data, 'aggregation', '/health/ready', 1_000)
        const { parts } = JSON.parse(answer?.body ?? '{}') as { parts: Record<string, { ok: boolean }> }
        expect(parts['feed']?.ok).toBe(true)
        expect(parts['alerts']?.ok).toBe(false)
      },
      { timeout: 15_000, interval: 100 },
    )
    const metrics = await askOps(data, 'aggregation', '/metrics', 1_000)
    expect(metrics?.body).toContain('parkpulse_aggregation_hours_due')
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})
