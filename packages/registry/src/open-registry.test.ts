// The registry on SQLite: the conformance suite, the file itself, and the shipped example.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRegistry } from './open-registry.ts'
import { registryConformance } from './registry.conformance.ts'

const makeFolder = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'parkpulse-registry-'))
const now = () => 1_700_000_000_000

registryConformance('SQLite', async () => {
  const folder = await makeFolder()
  return {
    open: () => openRegistry({ file: path.join(folder, 'registry.db'), now }),
    remove: () => rm(folder, { recursive: true }),
  }
})

describe('the file', () => {
  let folder: string
  let file: string
  beforeEach(async () => {
    folder = await makeFolder()
    file = path.join(folder, 'registry.db')
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('holds no token in plain text', async () => {
    const registry = await openRegistry({ file, now })
    await registry.putPark({ id: 'p', name: 'P', timeZone: 'UTC', gridRegion: 'VN' })
    await registry.putSite({ park: 'p', id: 's', name: 'S' })
    const credential = await registry.issueSiteCredential('p', 's')
    const key = await registry.issueKey({ name: 'K', role: 'staff', reach: { kind: 'installation' } })
    await registry.close()
    const bytes = await readFile(file)
    if (credential.kind !== 'issued' || key.kind !== 'issued') throw new Error('not issued')
    expect(bytes.includes(credential.username)).toBe(true)
    expect(bytes.includes(credential.password)).toBe(false)
    expect(bytes.includes(key.token.slice(-43))).toBe(false)
  })

  it('is refused when a later edition made it', async () => {
    await (await openRegistry({ file, now })).close()
    const db = new DatabaseSync(file)
    db.exec(`UPDATE counter SET value = 99 WHERE name = 'schema'`)
    db.close()
    await expect(openRegistry({ file, now })).rejects.toThrow('edition 99')
  })

  it('says when a register was retired, once and for good; of edition 1 the time of the upgrade', async () => {
    let at = 1_000
    const open = () => openRegistry({ file, now: () => at })
    let registry = await open()
    await registry.putPark({ id: 'p', name: 'P', timeZone: 'UTC', gridRegion: 'VN' })
    await registry.putSite({ park: 'p', id: 's', name: 'S' })
    const put = (...names: readonly string[]) => {
      const registers = names.map((quantity) => ({ quantity }))
      return registry.putMeter({ park: 'p', site: 's', id: 'm', name: 'M', commodity: 'water', registers })
    }
    const retired = () => registry.installation().meters[0]?.retired?.map(({ id, retiredAt }) => [id, retiredAt])
    await put('volume_m3', 'flow_m3_h')
    at = 2_000
    await put('flow_m3_h')
    expect(retired()).toEqual([[1, 2_000]])
    at = 3_000
    expect(await put('flow_m3_h')).toEqual({ kind: 'put', put: 'unchanged' })
    await put('pressure_bar')
    const expected = [
      [1, 2_000],
      [2, 3_000],
    ]
    expect(retired()).toEqual(expected)
    await registry.close()
    registry = await open()
    expect(retired()).toEqual(expected)
    await registry.close()

    const db = new DatabaseSync(file)
    db.exec(`ALTER TABLE register ADD COLUMN retired INTEGER NOT NULL DEFAULT 0;
      UPDATE register SET retired = 1 WHERE retired_at IS NOT NULL;
      ALTER TABLE register DROP COLUMN retired_at;
      UPDATE counter SET value = 1 WHERE name = 'schema'`)
    db.close()
    at = 9_000
    registry = await open()
    expect(retired()).toEqual([
      [1, 9_000],
      [2, 9_000],
    ])
    await put('volume_m3')
    expect(retired()).toEqual([
      [2, 9_000],
      [3, 9_000],
    ])
    await registry.close()
  })

  it('is refused when it is no database, or the folder is not there', async () => {
    await expect(openRegistry({ file: path.join(folder, 'no', 'registry.db'), now })).rejects.toThrow('unable to open')
    await expect(openRegistry({ file: import.meta.filename, now })).rejects.toThrow('not a database')
    await expect(openRegistry({ file: 'postgres://there/registry', now })).rejects.toThrow('not supported yet')
  })

  it('takes the shipped example twice without harm', async () => {
    const registry = await openRegistry({ file, now })
    const text = await readFile(path.join(import.meta.dirname, '../../../infra/parks/example.yaml'), 'utf8')
    expect(await registry.importDocument(text)).toEqual({ kind: 'imported', created: 21, changed: 0, unchanged: 0 })
    expect(await registry.importDocument(text)).toEqual({ kind: 'imported', created: 0, changed: 0, unchanged: 21 })
    const { version, parks, sites, meters, rules } = registry.installation()
    expect([version, parks.length, sites.length, meters.length, rules.length]).toEqual([1, 1, 4, 13, 3])
    const intake = meters.find(({ id }) => id === 'intake-110kv')
    expect(intake?.registers[0]).toMatchObject({ resolution: 1, capacity: 1e9, multiplier: 440_000, mostPerHour: 8e7 })
    await registry.close()
  })

  it('is left as it was by a change that fails half-way', async () => {
    const registry = await openRegistry({ file, now })
    await registry.putPark({ id: 'p', name: 'P', timeZone: 'UTC', gridRegion: 'VN' })
    const db = new DatabaseSync(file)
    db.exec(`CREATE TRIGGER full BEFORE INSERT ON meter BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`)
    const text = `{"park": {"id": "p", "name": "Q", "timeZone": "UTC", "gridRegion": "VN"}, "sites": [
      {"id": "s", "name": "S", "meters": [{"id": "m", "name": "M", "commodity": "heat"}]}]}`
    await expect(registry.importDocument(text)).rejects.toThrow('the disk is full')
    expect(registry.installation()).toMatchObject({ version: 1, parks: [{ name: 'P' }], sites: [] })
    db.exec('DROP TRIGGER full')
    db.close()
    expect(await registry.importDocument(text)).toEqual({ kind: 'imported', created: 2, changed: 1, unchanged: 0 })
    await registry.close()
  })
})
