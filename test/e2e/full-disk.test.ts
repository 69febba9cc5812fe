// A disk that is full: nothing is acknowledged that is not kept, the house says so, and goes on by itself when there is room.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import mqtt from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, startHouse, type RunningHouse } from './running-house.ts'

/** Room for the stores' empty files and a little journal. */
const DISK = '48m'
const T0 = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 24 * 3_600_000

let disk: string
let house: RunningHouse

function mounted(): boolean {
  disk = mkdtempSync(path.join(tmpdir(), 'parkpulse-small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk], { stdio: 'ignore' })
    return true
  } catch (error) {
    if (process.env['CI'] !== undefined) throw error
    process.stdout.write('full disk: skipped, a small file system cannot be mounted here (needs root)\n')
    return false
  }
}
const canMount = mounted()

async function fill(): Promise<string> {
  const filler = path.join(disk, 'filler')
  const { bavail, bsize } = statfsSync(disk)
  let size = bavail * bsize
  // Others write at the same time; take what there is, down to the last block.
  for (; size > bsize; size = Math.floor(size * 0.9)) {
    try {
      writeFileSync(filler, Buffer.alloc(size), { flag: 'a' })
      break
    } catch {
      // The part that fitted has been written.
    }
  }
  return filler
}

beforeAll(async () => {
  if (!canMount) return
  house = await startHouse({ data: path.join(disk, 'data') })
  await house.ask('PUT', '/api/v1/parks/p1', { name: 'P', timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' })
  await house.ask('PUT', '/api/v1/parks/p1/sites/s1', { name: 'S' })
  await house.ask('PUT', '/api/v1/parks/p1/sites/s1/meters/w1', { name: 'W', commodity: 'water' })
})
afterAll(async () => {
  if (!canMount) return
  await house.dispose()
  execFileSync('umount', [disk])
  rmSync(disk, { recursive: true, force: true })
})

test.runIf(canMount)(
  'no PUBACK while the disk is full, a clear log line, readiness fails, recovery without restart, no loss',
  async () => {
    const { body } = await house.ask('POST', '/api/v1/parks/p1/sites/s1/credentials')
    const login = body as { username: string; password: string }
    const pids = (['api', 'broker', 'ingestion', 'aggregation'] as const).map((name) => house.pidOf(name))
    const client = mqtt.connect({
      host: '127.0.0.1',
      port: house.mqttPort,
      protocol: 'mqtt',
      clientId: 'm',
      ...login,
      reconnectPeriod: 300,
    })
    client.on('error', () => undefined)
    const acknowledged = new Set<number>()
    let n = 0
    const publish = (): void => {
      const at = T0 + n * 1_000
      n += 1
      // Some kilobytes each, so that the journal feels the end of the disk at once.
      const payload = JSON.stringify({ at, values: { volume_m3: n }, note: 'x'.repeat(4_000) })
      client.publish('parkpulse/v1/p1/s1/w1/readings', payload, { qos: 1 }, (error) => {
        if (!(error instanceof Error)) acknowledged.add(at)
      })
    }
    for (let k = 0; k < 20; k += 1) publish()
    await eventually('the first twenty are acknowledged', 10_000, () => (acknowledged.size === 20 ? true : undefined))

    const filler = await fill()
    const ready = async (): Promise<number> => (await fetch(`http://127.0.0.1:${house.httpPort}/health/ready`)).status
    await eventually('readiness fails', 30_000, async () => {
      publish()
      return (await ready()) === 503 ? true : undefined
    })
    const full = acknowledged.size
    for (let k = 0; k < 20; k += 1) publish()
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    expect(acknowledged.size, 'nothing is acknowledged while the disk is full').toBe(full)
    expect(house.console()).toMatch(/disk.*full|no space|no room/i)

    rmSync(filler)
    await eventually('everything that was sent is acknowledged', 60_000, () =>
      acknowledged.size === n ? true : undefined,
    )
    await eventually('readiness is back', 30_000, async () => ((await ready()) === 200 ? true : undefined))
    await eventually('every acknowledged reading is stored', 30_000, async () => {
      const found = new Set<number>()
      let cursor: string | undefined
      do {
        const page = await house.ask(
          'GET',
          `/api/v1/readings?meter=p1/s1/w1&quantity=volume_m3&from=${T0}&to=${T0 + n * 1_000}&limit=1000${cursor === undefined ? '' : `&cursor=${cursor}`}`,
        )
        const { items, next } = page.body as { items: { at: string }[]; next?: string }
        for (const { at } of items) found.add(Date.parse(at))
        cursor = next
      } while (cursor !== undefined)
      return [...acknowledged].every((at) => found.has(at)) ? true : undefined
    })
    expect(
      (['api', 'broker', 'ingestion', 'aggregation'] as const).map((name) => house.pidOf(name)),
      'no process was restarted',
    ).toEqual(pids)
    await client.endAsync(true)
  },
)
