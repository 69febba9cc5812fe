import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { openConsole } from './console-board.ts'
import { readableLine } from './log-line.ts'

describe('readableLine', () => {
  test.each([
    ['info stays in the file', '{"level":"info","msg":"fine"}', undefined],
    ['warn is shown', '{"level":"warn","msg":"disk nearly full"}', 'WARN  broker: disk nearly full'],
    ['of names another service', '{"level":"error","of":"api","msg":"ended"}', 'ERROR api: ended'],
    [
      'what is not JSON is shown as an error',
      'TypeError: x is not a function',
      'ERROR broker: TypeError: x is not a function',
    ],
    ['line feeds do not break the line', '{"level":"fatal","msg":"a\\n  b"}', 'FATAL broker: a b'],
    ['an empty line is nothing', '  ', undefined],
    ['JSON that is no log entry', '42', 'ERROR broker: 42'],
    ['an entry without words', '{"level":"error","code":7}', 'ERROR broker: {"level":"error","code":7}'],
  ])('%s', (_, line, expected) => {
    expect(readableLine('broker', line)).toBe(expected)
  })

  test('long lines are cut', () => {
    expect(readableLine('api', `{"level":"error","msg":"${'x'.repeat(5_000)}"}`)?.length).toBeLessThan(330)
  })
})

function scene() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'console '))
  const printed: string[] = []
  let now = 1_000_000
  const board = openConsole({ folder, clock: { now: () => now }, print: (text) => void printed.push(text) })
  return { folder, printed, board, pass: (ms: number) => void (now += ms) }
}

test('a flood is shown up to a bound, then counted; the file has it all', () => {
  const { folder, printed, board, pass } = scene()
  const line = '{"level":"error","msg":"again"}'
  for (let i = 0; i < 100; i += 1) board.take('api', line)
  expect(printed).toHaveLength(12)
  board.take('broker', line)
  expect(printed).toHaveLength(13)
  pass(11_000)
  board.take('api', line)
  expect(printed[13]).toContain('api: and 88 more')
  expect(printed[14]).toContain('ERROR api: again')
  expect(readFileSync(path.join(folder, 'api.log'), 'utf8').split('\n')).toHaveLength(102)
})

test('a disk that does not take logs is said once, and does not end the supervisor', () => {
  const { folder, printed, board } = scene()
  // A file where the folder should be.
  writeFileSync(path.join(folder, 'not a folder'), '')
  const blocked = openConsole({
    folder: path.join(folder, 'not a folder'),
    clock: { now: () => 0 },
    print: (text) => void printed.push(text),
  })
  for (let i = 0; i < 5; i += 1) blocked.take('api', '{"level":"info","msg":"fine"}')
  expect(printed).toHaveLength(1)
  expect(printed[0]).toContain('log files cannot be written')
  board.take('api', '{"level":"info","msg":"fine"}')
  expect(printed).toHaveLength(1)
})
