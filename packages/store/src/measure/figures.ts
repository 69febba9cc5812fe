// Measures figures, in CPU time since other work may run beside it: node packages/store/src/measure/figures.ts [registers] [hours of history] [registers closed at once]

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Emission } from '@parkpulse/emissions'
import { HOUR_MS } from '@parkpulse/metering'
import type { FiguresChange, HourRevision } from '../ports.ts'
import { openFigures } from '../sqlite/figures.ts'
import { openFiguresWriter } from '../sqlite/figures-writer.ts'

const [registers = 60, history = 8_760, closed = 84_000] = process.argv.slice(2).map(Number)
const start = Date.UTC(2026, 0, 1)

const hourOf = (registerId: number, n: number): HourRevision => ({
  registerId,
  hour: start + n * HOUR_MS,
  revision: 1,
  cause: 'closed',
  recordedAt: start + (n + 1) * HOUR_MS,
  amount: 41_234,
  shares: { measured: 41_234, interpolated: 0, estimated: 0, edited: 0 },
  quality: 'measured',
  missingMs: 0,
  events: [],
  carry: { at: start + (n + 1) * HOUR_MS - 5_000, value: 1e9 + n * 41_234 },
})

const emissionOf = (registerId: number, n: number): Emission => ({
  kind: 'emission',
  registerId,
  hour: start + n * HOUR_MS,
  scope: 2,
  method: 'location',
  gases: { co2Kg: 27.1, ch4Kg: 0.0012, n2oKg: 0.0003 },
  factorId: 'vn-grid-2023',
  factorStatus: 'provisional',
  hourRevision: 1,
  quality: 'measured',
})

const changeOf = (pairs: readonly (readonly [number, number])[]): FiguresChange => ({
  dueAdded: [],
  dueDone: [],
  alertStates: [],
  transitions: [],
  hours: pairs.map(([registerId, n]) => hourOf(registerId, n)),
  emissions: pairs.map(([registerId, n]) => emissionOf(registerId, n)),
})

const timed = async (what: string, work: () => Promise<unknown>): Promise<void> => {
  const took: number[] = []
  for (let i = 0; i < 3; i += 1) {
    const used = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(used)
    took.push((user + system) / 1_000)
  }
  process.stdout.write(`${what}: ${took.map((ms) => ms.toFixed(1)).join(' / ')} ms of CPU\n`)
}

const folder = await mkdtemp(path.join(tmpdir(), 'store-figures-'))
const writer = await openFiguresWriter({ folder })
const figures = await openFigures({ folder })
for (let id = 1; id <= registers; id += 1)
  await writer.commit(changeOf(Array.from({ length: history }, (_, n) => [id, n] as const)))
let n = history
await timed(`close one hour of ${closed} registers, one commit, hours and emissions`, () => {
  n += 1
  return writer.commit(changeOf(Array.from({ length: closed }, (_, i) => [i + 1, n] as const)))
})
const ids = Array.from({ length: registers }, (_, i) => i + 1)
const month = { from: start, until: start + 720 * HOUR_MS }
const months = Array.from({ length: 13 }, (_, m) => start + m * 730 * HOUR_MS)
await timed("one register's month by the hour", () => figures.hours([3], month))
await timed("one register's month of emissions", () => figures.emissions([3], month))
await timed(`a month by the hour of ${registers} registers`, () => figures.hours(ids, month))
await timed(`a year by the month of ${registers} registers, amounts`, () => figures.hourSums(ids, months))
await timed(`a year by the month of ${registers} registers, emissions`, () => figures.emissionSums(ids, months))
const before = Array.from({ length: closed }, (_, i) => ({ registerId: i + 1, hour: start + n * HOUR_MS }))
await timed(`the hour before, of ${closed} registers`, () => figures.hoursBefore(before))
await writer.close()
await figures.close()
await rm(folder, { recursive: true })
