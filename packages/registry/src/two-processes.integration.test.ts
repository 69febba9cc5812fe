// Several processes at one file: everything that any of them was told is there, ids are unique, and readers never wait.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openRegistry } from './open-registry.ts'

const WRITERS = 3
const METERS = 100
const now = () => 1_700_000_000_000
const index = path.join(import.meta.dirname, 'index.ts')

/** Registers meters of its own site, one put at a time, and says so at the end. */
const writer = (file: string, site: string): string => `
  import { openRegistry } from ${JSON.stringify(index)}
  const registry = await openRegistry({ file: ${JSON.stringify(file)}, now: () => 0 })
  const outcomes = [await registry.putPark({ id: 'p', name: 'P', timeZone: 'UTC', gridRegion: 'VN' })]
  outcomes.push(await registry.putSite({ park: 'p', id: '${site}', name: '${site}' }))
  for (let n = 0; n < ${METERS}; n += 1)
    outcomes.push(await registry.putMeter({ park: 'p', site: '${site}', id: 'm-' + n, name: 'M', commodity: 'water' }))
  const { username, password } = await registry.issueSiteCredential('p', '${site}')
  await registry.close()
  console.log(JSON.stringify({ done: outcomes.filter((one) => one.kind === 'put').length, username, password }))
`

const runWriter = async (file: string, site: string) => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', writer(file, site)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()))
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`the writer of ${site} ended with ${code}`)
  return JSON.parse(said) as { done: number; username: string; password: string }
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'parkpulse-registry-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('is one registry for all of them', async () => {
  const file = path.join(folder, 'registry.db')
  const writing = Array.from({ length: WRITERS }, (_, n) => runWriter(file, `s-${n}`))
  const reader = await openRegistry({ file, now })
  const versions = new Set<number>()
  const writers = { left: WRITERS }
  for (const one of writing)
    one.then(
      () => (writers.left -= 1),
      () => (writers.left = 0),
    )
  while (writers.left > 0) {
    if (await reader.refresh()) versions.add(reader.installation().version)
    const { meters, sites } = reader.installation()
    // Whatever the moment, what is seen is whole: no meter without its site, none without its registers.
    for (const meter of meters.slice(-3)) {
      expect(sites.some(({ id }) => id === meter.site)).toBe(true)
      expect(meter.registers).toHaveLength(3)
    }
    await breathe()
  }
  const issued = await Promise.all(writing)
  await reader.refresh()
  const { meters, version } = reader.installation()
  const ids = meters.flatMap(({ registers }) => registers.map(({ id }) => id)).toSorted((a, b) => a - b)
  expect(issued.map(({ done }) => done)).toEqual(Array.from({ length: WRITERS }, () => METERS + 2))
  expect(meters).toHaveLength(WRITERS * METERS)
  expect(ids).toEqual(Array.from({ length: WRITERS * METERS * 3 }, (_, n) => n + 1))
  expect(version).toBe(1 + WRITERS + WRITERS * METERS)
  expect(versions.size).toBeGreaterThan(1)
  for (const { username, password } of issued)
    expect(await reader.authenticate(username, password)).toMatchObject({ username })
  await reader.close()
})

it('loses nothing that was confirmed to a process that is killed', async () => {
  const file = path.join(folder, 'registry.db')
  const registry = await openRegistry({ file, now })
  const script = `
    import { openRegistry } from ${JSON.stringify(index)}
    const registry = await openRegistry({ file: ${JSON.stringify(file)}, now: () => 0 })
    await registry.putPark({ id: 'p', name: 'P', timeZone: 'UTC', gridRegion: 'VN' })
    for (let n = 0; ; n += 1) {
      await registry.putSite({ park: 'p', id: 's-' + n, name: 'S' })
      process.stdout.write(n + '\\n')
    }`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (bytes: Buffer) => {
    said += bytes.toString()
    if (said.split('\n').length > 50) child.kill('SIGKILL')
  })
  await once(child, 'close')
  await registry.refresh()
  const confirmed = said.split('\n').length - 1
  expect(confirmed).toBeGreaterThanOrEqual(50)
  const { sites } = registry.installation()
  // One more may have been written without having been confirmed.
  expect([confirmed, confirmed + 1]).toContain(sites.length)
  expect(await registry.putSite({ park: 'p', id: 'after', name: 'S' })).toEqual({ kind: 'put', put: 'created' })
  await registry.close()
})
