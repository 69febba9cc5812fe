// The replay as a process: with a journal whose end is not known, and killed in the middle.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openJournal } from '@parkpulse/journal'
import { openRegistry } from '@parkpulse/registry'
import { openReadings } from '@parkpulse/store'
import { afterEach, beforeEach, expect, test } from 'vitest'

const REPLAY = path.join(import.meta.dirname, 'replay.ts')
const START = Date.parse('2026-11-20T08:00:00+07:00')
const READINGS = 400

let data = ''
let children: ChildProcess[] = []

beforeEach(async () => {
  data = mkdtempSync(path.join(os.tmpdir(), 'replay '))
  const registry = await openRegistry({ file: path.join(data, 'registry.db'), now: Date.now })
  await registry.putPark({ id: 'p', name: 'p', timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' })
  await registry.putSite({ park: 'p', id: 's', name: 's' })
  const registers = [{ quantity: 'active_energy_import_kwh' }]
  await registry.putMeter({ park: 'p', site: 's', id: 'm', name: 'm', commodity: 'electricity', registers })
  await registry.close()
})

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(data, { recursive: true, force: true })
})

/** Appends the readings `from` to `until`, one a minute. */
async function append(from: number, until: number): Promise<void> {
  const journal = await openJournal({ folder: path.join(data, 'journal'), now: () => START, commitIntervalMs: 0 })
  for (let n = from; n < until; n += 1) {
    await journal.append({
      receivedAt: START + n * 60_000,
      principal: 'p.s',
      topic: 'parkpulse/v1/p/s/m/readings',
      payload: Buffer.from(JSON.stringify({ at: START + n * 60_000, values: { active_energy_import_kwh: 100 + n } })),
    })
  }
  await journal.close()
}

/** Starts a replay; `said` grows. */
function replay() {
  const child = spawn(process.execPath, [REPLAY], {
    env: { ...process.env, PARKPULSE_DATA: data },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  const run = { child, said: '', ended: once(child, 'close') }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (run.said += String(piece)))
  return run
}

async function replayed(): Promise<{ code: unknown; said: string }> {
  const run = replay()
  const [code] = await run.ended
  return { code, said: run.said }
}

async function storedReadings(): Promise<number> {
  const readings = await openReadings({ folder: path.join(data, 'store') })
  try {
    const ledger = await readings.ledger('p', { from: 0, until: Number.MAX_SAFE_INTEGER })
    return ledger.reduce((sum, line) => sum + line.stored, 0)
  } finally {
    await readings.close()
  }
}

test.each<[string, (committed: string, before: string) => void]>([
  ['damaged', (committed) => writeFileSync(committed, readFileSync(committed).fill(1, 20, 21))],
  ['lost', (committed) => rmSync(committed)],
  ['older than the tail', (committed, before) => copyFileSync(before, committed)],
])('all that is in the journal is replayed when `committed` is %s', async (_, spoil) => {
  const committed = path.join(data, 'journal', 'committed')
  const before = path.join(data, 'committed before')
  await append(0, 100)
  copyFileSync(committed, before)
  await append(100, READINGS)
  spoil(committed, before)
  const { code, said } = await replayed()
  expect(code, said).toBe(0)
  expect(await storedReadings()).toBe(READINGS)
})

test('a replay that is killed leaves the old store in its place, and another one works', async () => {
  await append(0, READINGS)
  expect(await replayed()).toMatchObject({ code: 0 })
  const sign = path.join(data, 'store', 'the old one')
  writeFileSync(sign, '')

  const killed = replay()
  await expect.poll(() => killed.said, { timeout: 30_000, interval: 5 }).toContain('aggregation …')
  killed.child.kill('SIGKILL')
  await killed.ended
  expect(existsSync(sign)).toBe(true)
  expect(await storedReadings()).toBe(READINGS)

  let second = { code: undefined as unknown, said: '' }
  // What the killed one had started needs a moment to go; until then it is in the way.
  await expect
    .poll(async () => (second = await replayed()).said, { timeout: 30_000, interval: 250 })
    .not.toContain('Stop ParkPulse first')
  expect(second.said).toContain('A replay was killed')
  expect(second.said).toContain('The rebuilt store says the same')
  expect(second.code).toBe(0)
  expect(existsSync(sign)).toBe(false)
  expect(await storedReadings()).toBe(READINGS)
  expect(readdirSync(data).filter((name) => /rebuil|before/.test(name))).toEqual([])
})
