import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openLogFile } from './log-file.ts'

const folder = () => mkdtempSync(path.join(os.tmpdir(), 'log file '))

test('lines are added to what is there', () => {
  const file = path.join(folder(), 'logs/api.log')
  openLogFile(file).write('one')
  openLogFile(file).write('two')
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n')
})

test('beyond its size a file steps back, and the oldest go: the folder stays bounded', () => {
  const at = folder()
  const log = openLogFile(path.join(at, 'api.log'), 100)
  for (let i = 0; i < 200; i += 1) log.write(`line ${String(i).padStart(4, '0')}`)
  expect(readdirSync(at).sort()).toEqual(['api.log', 'api.log.1', 'api.log.2', 'api.log.3', 'api.log.4'])
  for (const name of readdirSync(at)) expect(statSync(path.join(at, name)).size).toBeLessThanOrEqual(100)
  const kept = ['.4', '.3', '.2', '.1', '']
    .map((place) => readFileSync(path.join(at, `api.log${place}`), 'utf8'))
    .join('')
  const numbers = [...kept.matchAll(/line (\d+)/g)].map((match) => Number(match[1]))
  expect(numbers.at(-1)).toBe(199)
  expect(numbers).toEqual(Array.from(numbers, (_, i) => (numbers[0] as number) + i))
})

test('a line larger than the file is written all the same', () => {
  const at = folder()
  const log = openLogFile(path.join(at, 'api.log'), 10)
  log.write('a long line that is larger than the file may be')
  expect(readdirSync(at)).toEqual(['api.log'])
})
