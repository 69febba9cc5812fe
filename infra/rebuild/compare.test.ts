import { cpSync, mkdtempSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openFiguresWriter, openReadingsWriter } from '@parkpulse/store'
import { beforeAll, expect, test } from 'vitest'
import { compareStores, isFaithful } from './compare.ts'

const emptyStore = mkdtempSync(path.join(os.tmpdir(), 'compare '))
beforeAll(async () => {
  for (const open of [openReadingsWriter, openFiguresWriter]) await (await open({ folder: emptyStore })).close()
})

/** A store with the tables of today's release and a few rows. */
function storeOf(change: { readings?: string; figures?: string } = {}): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'compare '))
  cpSync(emptyStore, folder, { recursive: true })
  const run = (file: string, sql: string) => {
    const db = new DatabaseSync(path.join(folder, file))
    db.exec(sql)
    db.close()
  }
  run(
    'readings.db',
    `INSERT INTO reading VALUES (10, 1, 0, 100, 0), (10, 1, 1, 101, 9), (11, 2, 0, 5.5, 20); ${change.readings ?? ''}`,
  )
  run(
    'figures.db',
    `INSERT INTO hour(register, hour, revision, cause, recordedAt, amount, measured, interpolated, estimated, edited, quality, missingMs)
      VALUES (1, 10, 1, 0, 99, 7, 7, 0, 0, 0, 0, 0), (1, 11, 1, 0, 99, 8, 8, 0, 0, 0, 0, 0);
    INSERT INTO factor VALUES (1, 'vn-2023');
    INSERT INTO emission VALUES (1, 10, 2, 0, 1, 0, 1, 1, 4.6, 0, 0);
    INSERT INTO transition VALUES (1, 'cod-7', 'cod', 7, 'pending', 'firing', 1000, 160, 1001);
    ${change.figures ?? ''}`,
  )
  return folder
}

const byName = (comparisons: ReturnType<typeof compareStores>, name: string) =>
  comparisons.find((one) => one.name === name)

test('equal stores are equal, whenever and however often they were computed', () => {
  const now = storeOf({
    figures: 'UPDATE hour SET revision = 3, recordedAt = 500; UPDATE factor SET id = 9; UPDATE emission SET factor = 9',
  })
  const comparisons = compareStores(storeOf(), now)
  expect(comparisons.map(({ name, before, now: after }) => [name, before, after])).toEqual([
    ['readings', 3, 3],
    ['hours', 2, 2],
    ['emissions', 1, 1],
    ['alert transitions', 1, 1],
  ])
  expect(isFaithful(comparisons)).toBe(true)
})

test('more is known now: that is faithful', () => {
  const now = storeOf({ readings: 'INSERT INTO reading VALUES (12, 2, 0, 6, 30)' })
  const comparisons = compareStores(storeOf(), now)
  expect(byName(comparisons, 'readings')).toMatchObject({ before: 3, now: 4, gone: 0, differing: 0 })
  expect(isFaithful(comparisons)).toBe(true)
})

test.each([
  [
    'a reading is gone',
    { readings: 'DELETE FROM reading WHERE ms = 1' },
    'readings',
    { gone: 1, differing: 0 },
    '10 1 1',
  ],
  [
    'a reading differs',
    { readings: 'UPDATE reading SET value = 99 WHERE ms = 1' },
    'readings',
    { gone: 0, differing: 1 },
    '10 1 1',
  ],
  [
    'an hour differs',
    { figures: 'UPDATE hour SET revision = 2, amount = 9 WHERE hour = 11' },
    'hours',
    { differing: 1 },
    '1 11',
  ],
  [
    'an emission has another factor',
    { figures: `UPDATE factor SET name = 'vn-2022'` },
    'emissions',
    { differing: 1 },
    '1 10 2 0',
  ],
  [
    'an emission has no factor now',
    { figures: 'UPDATE emission SET factor = NULL' },
    'emissions',
    { differing: 1 },
    '1 10 2 0',
  ],
  [
    'a transition is gone',
    { figures: 'DELETE FROM transition' },
    'alert transitions',
    { gone: 1 },
    'cod-7 1000 pending firing',
  ],
])('%s', (_, change, name, expected, example) => {
  const comparisons = compareStores(storeOf(), storeOf(change))
  expect(byName(comparisons, name)).toMatchObject(expected)
  expect(byName(comparisons, name)?.examples[0]).toContain(example)
  expect(isFaithful(comparisons)).toBe(false)
})

test('a store that is not there cannot be compared', () => {
  expect(() => compareStores('/nowhere', '/nowhere')).toThrow(/is not there/)
})
