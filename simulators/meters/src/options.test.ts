import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

test('without arguments: twelve factories, sixty meters, two days of past, real time', () => {
  expect(readOptions([])).toEqual({
    kind: 'options',
    options: {
      seed: 20_260,
      park: 'nam-hai',
      factories: 12,
      metersPerFactory: 5,
      speed: 1,
      intervalMs: 10_000,
      backfillHours: 48,
      backfillIntervalMs: 60_000,
      faults: false,
      connections: 'meters',
      api: undefined,
      mqtt: undefined,
      keyFile: undefined,
    },
  })
})

test.each([
  [['--speed', '60', '--faults'], { speed: 60, faults: true }],
  [['--factories=840', '--meters-per-factory=100'], { factories: 840, connections: 'sites' }],
  [['--factories=840', '--connections=meters'], { connections: 'meters' }],
  [['--backfill-hours', '0'], { backfillHours: 0 }],
])('%j is understood', (argv, expected) => {
  expect(readOptions(argv)).toMatchObject({ kind: 'options', options: expected })
})

test('all problems come at once', () => {
  const outcome = readOptions(['--speed', '0', '--factories', 'many', '--park', 'Nam Hai', '--connections', 'some'])
  expect(outcome).toMatchObject({ kind: 'invalid' })
  if (outcome.kind === 'invalid') expect(outcome.problems).toHaveLength(4)
})

test('an unknown option is a problem', () => {
  expect(readOptions(['--sped', '60'])).toMatchObject({
    kind: 'invalid',
    problems: [expect.stringContaining('--sped')],
  })
})
