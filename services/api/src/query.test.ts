import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readCursor, writeCursor } from './cursor.ts'
import { Problem } from './problem.ts'
import { pageSizeSchema, periodOf, placeFields, placeFilter, quantitySchema } from './query.ts'

const fieldsOf = (ask: () => unknown): unknown => {
  try {
    return ask()
  } catch (error) {
    return error instanceof Problem ? error.errors.map(({ field }) => field) : error
  }
}

describe('places', () => {
  test.each([
    [{}, {}],
    [
      { park: 'p', site: 's', meter: 'm' },
      { park: 'p', site: 's', meter: 'm' },
    ],
    [{ meter: 'p/s/m' }, { park: 'p', site: 's', meter: 'm' }],
    [
      { site: 'p/s', meter: 'm' },
      { park: 'p', site: 's', meter: 'm' },
    ],
    [
      { park: 'p', site: 'p/s' },
      { park: 'p', site: 's' },
    ],
    [{ park: 'q', site: 'p/s' }, ['park']],
    [{ site: 't', meter: 's/m' }, ['site']],
  ])('%j', (asked, expected) => expect(fieldsOf(() => placeFilter(asked))).toEqual(expected))

  test.each(['P', 'a b', 'a/b/c/d', '', 'ä', '-a', 'a'.repeat(41), '../etc', '%00'])('%j is no place', (text) => {
    const schema = z.strictObject(placeFields)
    for (const field of ['park', 'site', 'meter']) expect(schema.safeParse({ [field]: text }).success).toBe(false)
  })
})

test.each([
  ['active_energy_import_kwh', 'active_energy_import_kwh'],
  ['1.8.0', 'active_energy_import_kwh'],
  ['bananas', undefined],
])('quantity %s', (text, expected) => expect(quantitySchema.safeParse(text).data).toBe(expected))

test.each([
  [undefined, 100],
  ['1', 1],
  ['500', 500],
  ['0', undefined],
  ['501', undefined],
  ['-1', undefined],
  ['1e2', undefined],
  ['', undefined],
  [['1', '2'], undefined],
])('page size %j', (text, expected) => expect(pageSizeSchema(500, 100).safeParse(text).data).toBe(expected))

test.each([
  [0, 10, { from: 0, until: 10 }],
  [10, 10, ['to']],
  [11, 10, ['to']],
  [0, 101, ['to']],
])('a period from %d to %d of at most 100', (from, to, expected) => {
  expect(fieldsOf(() => periodOf({ from, to }, 100))).toEqual(expected)
})

describe('cursors', () => {
  const position = z.tuple([z.int(), z.string()])
  const written = writeCursor('list', [7, 'ä'])
  test('come back as they went', () => expect(readCursor('list', position, written)).toEqual([7, 'ä']))
  test('none is none', () => expect(readCursor('list', position, undefined)).toBeUndefined())
  test.each([
    ['of another list', writeCursor('other', [7, 'ä'])],
    ['of another shape', writeCursor('list', ['7', 'ä'])],
    ['cut off', written.slice(0, -4)],
    ['no base64', '%%%'],
    ['empty', ''],
    ['a number', Buffer.from('42').toString('base64url')],
  ])('%s', (_name, text) => expect(fieldsOf(() => readCursor('list', position, text))).toEqual(['cursor']))
})
