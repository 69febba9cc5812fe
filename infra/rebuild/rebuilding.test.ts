import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { exchangeStores, makeRebuildingFolder, tidyAfterReplay } from './rebuilding.ts'

/** A data folder with a journal, and with stores at these places, each with one file that says which it is. */
function dataWith(stores: Readonly<Record<string, string>>): string {
  const data = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'rebuilding ')))
  mkdirSync(path.join(data, 'journal'))
  writeFileSync(path.join(data, 'journal', 'segment'), 'kept')
  for (const [place, which] of Object.entries(stores)) putStore(path.join(data, place), which)
  return data
}

function putStore(folder: string, which: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'which'), which)
}

const storeOf = (data: string): string => readFileSync(path.join(data, 'store', 'which'), 'utf8')

test('a rebuilding folder shows the real journal and registry, and has no store', () => {
  const data = dataWith({ store: 'old' })
  const folder = makeRebuildingFolder(data)
  expect(realpathSync(path.join(folder, 'journal'))).toBe(path.join(data, 'journal'))
  writeFileSync(path.join(folder, 'registry.db'), 'made through the link')
  expect(readFileSync(path.join(data, 'registry.db'), 'utf8')).toBe('made through the link')
  expect(existsSync(path.join(folder, 'store'))).toBe(false)
})

test.each([
  ['the old one is put aside', { store: 'old' }, ['journal', 'store', 'store.before']],
  ['or there was none', {}, ['journal', 'store']],
])('the exchange: %s', (_, stores, left) => {
  const data = dataWith(stores)
  putStore(path.join(makeRebuildingFolder(data), 'store'), 'new')
  exchangeStores(data, path.join(data, 'store.before'))
  expect(storeOf(data)).toBe('new')
  expect(readdirSync(data).sort()).toEqual(left)
})

test.each([
  ['nothing was killed', { store: 'old' }, 'old', undefined],
  ['while it was built', { store: 'old', 'rebuilding/store': 'half' }, 'old', /half-built/],
  [
    'before the old one was put aside',
    { store: 'old', 'store.rebuilt': 'new', 'rebuilding/run': '' },
    'old',
    /half-built/,
  ],
  [
    'while no store was in its place',
    { 'store.before': 'old', 'store.rebuilt': 'new', 'rebuilding/run': '' },
    'new',
    /last step/,
  ],
  ['before the folder was removed', { 'store.before': 'old', store: 'new', 'rebuilding/run': '' }, 'new', /half-built/],
])('a replay killed %s', (_, stores, store, says) => {
  const data = dataWith(stores)
  const said = tidyAfterReplay(data)
  if (says === undefined) expect(said).toBeUndefined()
  else expect(said).toMatch(says)
  expect(storeOf(data)).toBe(store)
  expect(readdirSync(data).filter((name) => name.startsWith('rebuil') || name.endsWith('rebuilt'))).toEqual([])
  expect(tidyAfterReplay(data)).toBeUndefined()
})

test('what is removed after a kill does not take the journal with it', () => {
  const data = dataWith({})
  putStore(path.join(makeRebuildingFolder(data), 'store'), 'half')
  expect(tidyAfterReplay(data)).toBeDefined()
  expect(readFileSync(path.join(data, 'journal', 'segment'), 'utf8')).toBe('kept')
})
