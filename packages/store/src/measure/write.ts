// Measures ReadingsWriter.write: node packages/store/src/measure/write.ts [batch] [registers] [readings per message] [seconds]

import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { AcceptedReadings, IngestBatch } from '../ports.ts'
import { createPacker } from '../sqlite/packed-batch.ts'
import { openReadingsWriter } from '../sqlite/readings-writer.ts'

const [batchSize = 10_000, registers = 1_000, perMessage = 1, seconds = 5] = process.argv.slice(2).map(Number)
const start = Date.UTC(2026, 0, 1)

/** Batch `n`: every register speaks once a second, in turn; the journal grows by 150 bytes a reading. */
const batchOf = (n: number): IngestBatch => {
  const accepted: AcceptedReadings[] = []
  let receivedAt = start
  for (let i = n * batchSize; i < (n + 1) * batchSize; i += perMessage) {
    const readings = Array.from({ length: perMessage }, (_, k) => {
      const turn = Math.floor((i + k) / registers)
      return { registerId: ((i + k) % registers) + 1, at: start + turn * 1_000, value: 1e8 + turn, position: i * 150 }
    })
    receivedAt = readings[0]?.at ?? start
    accepted.push({ place: `park/site-${(i % registers) % 40}/meter-${i % registers}`, receivedAt, readings })
  }
  const upTo = (n + 1) * batchSize * 150
  return { upTo, receivedAt, accepted, rejections: [], refusals: [], replayed: [] }
}

const packCost = (): number => {
  const pack = createPacker()
  const batches = Array.from({ length: 20 }, (_, n) => batchOf(n))
  const from = performance.now()
  for (const batch of batches) pack(batch)
  return ((performance.now() - from) * 1_000) / (batches.length * batchSize)
}

const folder = await mkdtemp(path.join(tmpdir(), 'store-write-'))
const writer = await openReadingsWriter({ folder })
const took: number[] = []
let spent = 0
let cpu = 0
for (let n = 0; spent < seconds * 1_000; n += 1) {
  const batch = batchOf(n)
  const from = performance.now()
  const used = process.cpuUsage()
  await writer.write(batch)
  const { user, system } = process.cpuUsage(used)
  cpu += user + system
  const ms = performance.now() - from
  took.push(ms)
  spent += ms
}
const readings = took.length * batchSize
await writer.close()
const { size } = await stat(path.join(folder, 'readings.db'))
took.sort((a, b) => a - b)
const at = (share: number): string => (took[Math.floor((took.length - 1) * share)] ?? Number.NaN).toFixed(1)
const line = {
  batchSize,
  registers,
  perMessage,
  perSecond: Math.round(readings / (spent / 1_000)),
  ms: { p50: at(0.5), p99: at(0.99), most: at(1) },
  cpuMicroseconds: (cpu / readings).toFixed(1),
  packMicroseconds: packCost().toFixed(2),
  bytesPerReading: (size / readings).toFixed(0),
}
process.stdout.write(`${JSON.stringify(line)}\n`)
await rm(folder, { recursive: true })
