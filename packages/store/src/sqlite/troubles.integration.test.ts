// Files, processes and threads in trouble: a later release's file, a second writer, a dead worker, a WAL kept from ending.

import { mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { batchOf, reading, T0 } from '../conformance/batches.ts'
import { opened, testFolder } from '../conformance/opened.ts'
import { openThread } from '../thread/thread.ts'
import { openToWrite } from './database.ts'
import { openFigures } from './figures.ts'
import { openFiguresWriter } from './figures-writer.ts'
import { openReadings } from './readings.ts'
import { READINGS_SCHEMA } from './readings-schema.ts'
import { openReadingsWriter } from './readings-writer.ts'
import { boundWal } from './wal.ts'

const openers = [
  ['readings writer', 'readings.db', openReadingsWriter],
  ['readings', 'readings.db', openReadings],
  ['figures writer', 'figures.db', openFiguresWriter],
  ['figures', 'figures.db', openFigures],
] as const

it.each(openers)('%s: the file of a later release is refused, by name and version', async (_, file, open) => {
  const folder = await testFolder()
  const db = new DatabaseSync(path.join(folder, file))
  db.exec('PRAGMA user_version = 99')
  db.close()
  const error = { code: 'STORE_SCHEMA_NEWER', message: expect.stringContaining(`${file} has schema version 99`) }
  await expect(open({ folder })).rejects.toMatchObject(error)
})

it.each(openers)('%s: a file that is no database is an error, not a new store', async (_, file, open) => {
  const folder = await testFolder()
  await writeFile(path.join(folder, file), 'x'.repeat(10_000))
  await expect(open({ folder })).rejects.toMatchObject({ code: 'SQLITE_NOTADB' })
})

it.each([
  ['readings', openReadingsWriter],
  ['figures', openFiguresWriter],
] as const)('%s have one writer at a time, and the next one may come when it is gone', async (_, open) => {
  const folder = await testFolder()
  const first = await open({ folder })
  await expect(open({ folder })).rejects.toMatchObject({ code: 'STORE_WRITER_ALIVE' })
  await first.close()
  const second = await open({ folder })
  await second.close()
})

it('all sides may be opened at once on a folder that is not there yet', async () => {
  const folder = path.join(await testFolder(), 'data', 'store')
  const all = [openReadings, openFigures, openReadingsWriter, openReadings, openFiguresWriter, openFigures]
  const sides = await Promise.all(all.map((open) => open({ folder })))
  expect(sides).toHaveLength(all.length)
  await Promise.all(sides.map((side) => side.close()))
})

describe('a worker that dies', () => {
  type Calls = { readonly ask: () => number; readonly die: () => number }

  it('rejects what waits and all that comes, and says so', async () => {
    const folder = await testFolder()
    const script = path.join(folder, 'dying.ts')
    const serve = pathToFileURL(path.join(import.meta.dirname, '../thread/serve.ts')).href
    const calls = `{ ask: () => 1, die: () => process.exit(7) }`
    await writeFile(script, `import { serve } from '${serve}'\nserve(() => ({ calls: ${calls}, close: () => {} }))\n`)
    const thread = await openThread<Calls>(pathToFileURL(script), undefined)
    expect(await thread.call('ask')).toBe(1)
    const died = { code: 'STORE_WORKER_DIED', message: expect.stringContaining('code 7') }
    const both = [thread.call('die'), thread.call('ask')]
    const outcomes = await Promise.allSettled(both)
    expect(outcomes).toMatchObject([{ reason: died }, { reason: died }])
    await expect(thread.call('ask')).rejects.toMatchObject(died)
    await thread.close()
  })
})

describe('the WAL', () => {
  it('is cut when readers have kept it from starting over, and their snapshot is not disturbed', async () => {
    const folder = await testFolder()
    mkdirSync(folder, { recursive: true })
    const db = openToWrite(folder, READINGS_SCHEMA)
    const reader = new DatabaseSync(path.join(folder, 'readings.db'), { readOnly: true })
    const wal = (): number => statSync(path.join(folder, 'readings.db-wal')).size
    db.exec('PRAGMA wal_autocheckpoint = 10; PRAGMA busy_timeout = 50')
    const count = 'SELECT count(*) AS n FROM place'
    reader.exec('BEGIN')
    expect(reader.prepare(count).get()).toEqual({ n: 0 })
    for (let n = 0; n < 300; n += 1) db.prepare('INSERT INTO place(name) VALUES (?)').run(`${n} ${'x'.repeat(2_000)}`)
    const grown = wal()
    expect(grown).toBeGreaterThan(1_000_000)
    expect(boundWal(db, 1_000_000)).toBe(false)
    expect(reader.prepare(count).get()).toEqual({ n: 0 })
    reader.exec('COMMIT')
    expect(boundWal(db, grown)).toBe(false)
    expect(wal()).toBe(grown)
    expect(boundWal(db, 1_000_000)).toBe(true)
    expect(wal()).toBe(0)
    expect(reader.prepare(count).get()).toEqual({ n: 300 })
    reader.close()
    db.close()
  })

  it('stays small while readers in other threads keep asking', async () => {
    const folder = await testFolder()
    const writer = await opened((f) => openReadingsWriter({ folder: f }), folder)
    const readings = await opened((f) => openReadings({ folder: f }), folder)
    const stop = new AbortController()
    const ask = async (): Promise<void> => {
      while (!stop.signal.aborted) await readings.readings(1, { from: 0, until: T0 * 2 }, 1_000)
    }
    const asked = [ask(), ask()]
    for (let n = 0; n < 60; n += 1) {
      const many = Array.from({ length: 5_000 }, (_, i) => reading((i % 1_000) + 1, T0 + n * 5_000 + i, i, n))
      await writer.write(batchOf(n + 1, ...many))
    }
    stop.abort()
    await Promise.all(asked)
    // 8 000 pages of 4 KiB start a checkpoint; one batch more may come before it.
    expect(statSync(path.join(folder, 'readings.db-wal')).size).toBeLessThan(100 * 1024 ** 2)
  })
})
