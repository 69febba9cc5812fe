// Ingestion with the real journal, the real store and the real registry: in this process, and as a process that is killed.

import { openJournal, type Journal } from '@parkpulse/journal'
import type { Period } from '@parkpulse/metering'
import { openRegistry, type Registry } from '@parkpulse/registry'
import { openReadings } from '@parkpulse/store'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const MAIN = path.join(import.meta.dirname, 'main.ts')
const START = Date.parse('2026-11-22T08:00:00+07:00')
const ALWAYS: Period = { from: 0, until: START + 1e10 }
const encoder = new TextEncoder()

let data = ''
let journal: Journal
let registry: Registry
let children: ChildProcess[] = []

beforeEach(async () => {
  data = await mkdtemp(path.join(os.tmpdir(), 'ingestion-'))
  journal = await openJournal({ folder: path.join(data, 'journal'), now: Date.now })
  registry = await openRegistry({ file: path.join(data, 'registry.db'), now: Date.now })
  await registry.putPark({ id: 'p', name: 'p', timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' })
  await registry.putSite({ park: 'p', id: 's', name: 's' })
  await putMeter('a')
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  children = []
  await journal.close()
  await registry.close()
  await rm(data, { recursive: true, force: true })
})

const putMeter = (id: string) =>
  registry.putMeter({
    park: 'p',
    site: 's',
    id,
    name: id,
    commodity: 'electricity',
    registers: [{ quantity: 'active_energy_import_kwh' }],
  })

const append = (meter: string, payload: string, n = 0) =>
  journal.append({
    receivedAt: START + n * 1000,
    principal: 'p.s',
    topic: `parkpulse/v1/p/s/${meter}/readings`,
    payload: encoder.encode(payload),
  })
const energy = (n: number) => `{"at":${START + n * 1000},"values":{"1.8.0":${n}}}`

/** Starts the service; `PARKPULSE_MQTT_PORT` leads nowhere, which must not matter. */
const start = (...flags: string[]): ChildProcess => {
  const child = spawn(process.execPath, [MAIN, ...flags], {
    env: { PATH: process.env['PATH'], PARKPULSE_DATA: data, PARKPULSE_MQTT_PORT: '1', PARKPULSE_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  children.push(child)
  return child
}
const ended = async (child: ChildProcess): Promise<unknown> =>
  (child.exitCode ?? (await once(child, 'exit'))[0]) as unknown
const catchUp = async () => expect(await ended(start('--until-caught-up'))).toBe(0)

const asking = async <T>(ask: (store: Awaited<ReturnType<typeof openReadings>>) => Promise<T>): Promise<T> => {
  const store = await openReadings({ folder: path.join(data, 'store') })
  try {
    return await ask(store)
  } finally {
    await store.close()
  }
}
const registerOf = (meter: string): number =>
  registry.installation().meters.find(({ id }) => id === meter)?.registers[0]?.id ?? 0
const readingsOf = (meter: string) => asking((store) => store.readings(registerOf(meter), ALWAYS, 10_000))
const ledger = () => asking((store) => store.ledger('', ALWAYS))
const balance = async () => {
  const lines = await ledger()
  const sum = (name: 'received' | 'stored' | 'repeated' | 'conflicting' | 'rejected' | 'refused' | 'pending') =>
    lines.reduce((total, line) => total + line[name], 0)
  const { received, ...rest } = {
    received: sum('received'),
    stored: sum('stored'),
    repeated: sum('repeated'),
    conflicting: sum('conflicting'),
    rejected: sum('rejected'),
    refused: sum('refused'),
    pending: sum('pending'),
  }
  expect(Object.values(rest).reduce((total, one) => total + one, 0)).toBe(received)
  return { received, ...rest }
}
const storedSoFar = async (): Promise<number> => (await balance().catch(() => ({ stored: 0 }))).stored
const until = async (holds: () => Promise<boolean>, ms = 40_000): Promise<void> => {
  const deadline = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('it did not happen in time')
    await pause(20)
  }
}

describe('caught up with the journal', () => {
  it('every value has ended in exactly one account, and a second run changes nothing', async () => {
    await append('a', energy(1))
    await append('a', energy(1))
    await append('a', `{"at":${START + 1000},"values":{"1.8.0":2}}`)
    await append('a', '{"values":{"1.8.0":"many","1.7.0":5}}')
    await append('a', 'not json')
    await append('x', `[${energy(1)},${energy(2)}]`)
    await catchUp()
    const expected = { received: 8, stored: 1, repeated: 1, conflicting: 1, rejected: 1, refused: 1, pending: 3 }
    expect(await balance()).toEqual(expected)
    await catchUp()
    expect(await balance()).toEqual(expected)
    expect(await readingsOf('a')).toMatchObject([{ at: START + 1000, value: 2000 }])
  })

  it('the store rebuilt from the journal is the same', async () => {
    for (let n = 0; n < 500; n += 1) void append('a', energy(n))
    await append('a', energy(500), 500)
    await catchUp()
    const before = [await readingsOf('a'), await ledger()]
    await rm(path.join(data, 'store'), { recursive: true })
    await catchUp()
    expect([await readingsOf('a'), await ledger()]).toEqual(before)
  })

  it('the store rebuilt after a register was retired has its history', async () => {
    await append('a', energy(1), 1)
    await catchUp()
    const later = await openRegistry({ file: path.join(data, 'registry.db'), now: () => START + 1_000_000 })
    const registers = [{ quantity: 'active_power_kw' }]
    await later.putMeter({ park: 'p', site: 's', id: 'a', name: 'a', commodity: 'electricity', registers })
    await later.close()
    await append('a', energy(2), 2_000)
    await catchUp()
    const before = await balance()
    expect(before).toMatchObject({ received: 2, stored: 1, pending: 1 })
    await rm(path.join(data, 'store'), { recursive: true })
    await catchUp()
    expect(await balance()).toEqual(before)
  })

  it('a damaged record takes nothing with it but itself', async () => {
    const positions = await Promise.all(Array.from({ length: 100 }, (_, n) => append('a', energy(n), n)))
    await journal.close()
    const segment = (await readdir(path.join(data, 'journal'))).find((name) => /^\d/.test(name)) ?? ''
    const file = path.join(data, 'journal', segment)
    const bytes = await readFile(file)
    const at = bytes.indexOf(energy(50))
    bytes.fill(0x7f, at, at + 4)
    await writeFile(file, bytes)
    await catchUp()
    expect(positions).toHaveLength(100)
    expect((await readingsOf('a')).map(({ value }) => value / 1000)).toEqual(
      [...Array(100).keys()].filter((n) => n !== 50),
    )
    journal = await openJournal({ folder: path.join(data, 'journal'), now: Date.now })
  })

  it('a journal that is not the one the store knows is refused', async () => {
    for (let n = 0; n < 100; n += 1) void append('a', energy(n))
    await append('a', energy(100))
    await catchUp()
    await journal.close()
    await rm(path.join(data, 'journal'), { recursive: true })
    journal = await openJournal({ folder: path.join(data, 'journal'), now: Date.now })
    await append('a', energy(1))
    expect(await ended(start('--until-caught-up'))).toBe(1)
  })
})

describe('a running service', () => {
  it('takes in what waited for its meter as soon as it is registered', async () => {
    await append('x', `[${energy(1)},${energy(2)}]`)
    const service = start()
    await until(async () => (await balance().catch(() => ({ pending: 0 }))).pending === 2)
    await putMeter('x')
    await until(async () => (await balance()).pending === 0)
    expect(await balance()).toMatchObject({ received: 2, stored: 2 })
    expect(await readingsOf('x')).toMatchObject([{ value: 1000 }, { value: 2000 }])
    service.kill('SIGTERM')
    expect(await ended(service)).toBe(0)
  })

  it('takes a meter that was registered a moment ago for known', async () => {
    const service = start()
    await append('a', energy(1))
    await until(async () => (await storedSoFar()) === 1)
    await putMeter('y')
    await append('y', energy(1))
    await until(async () => (await balance()).received === 2)
    expect((await balance()).stored + (await balance()).pending).toBe(2)
    await until(async () => (await balance()).pending === 0)
    service.kill('SIGTERM')
    await ended(service)
  })

  it('killed again and again under load, stores every message once', async () => {
    let sent = 0
    const over = new AbortController()
    const publishing = (async () => {
      while (!over.signal.aborted) {
        await Promise.all(Array.from({ length: 50 }, () => append('a', energy(sent), sent++)))
        await pause(5)
      }
    })()
    for (let kill = 0; kill < 6; kill += 1) {
      const service = start()
      const before = await storedSoFar()
      await until(async () => (await storedSoFar()) > before)
      await pause(17 * kill)
      service.kill('SIGKILL')
      await ended(service)
    }
    over.abort()
    await publishing
    await catchUp()
    expect(await balance()).toMatchObject({ received: sent, stored: sent, repeated: 0, conflicting: 0, pending: 0 })
    const count = await asking(async (store) => {
      let readings = 0
      for (let from = START; from < START + sent * 1000; from += 1_000_000) {
        readings += (await store.readings(registerOf('a'), { from, until: from + 1_000_000 }, 10_000)).length
      }
      return readings
    })
    expect(count).toBe(sent)
  })
})
