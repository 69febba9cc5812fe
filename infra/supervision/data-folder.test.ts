import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { dataFolderProblem } from './data-folder.ts'

let place: string
beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'parkpulse-folder-'))
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

it('makes what is missing', () => {
  const folder = path.join(place, 'a', 'b c')
  expect(dataFolderProblem(folder)).toBeUndefined()
  expect(existsSync(folder)).toBe(true)
  expect(dataFolderProblem(folder)).toBeUndefined()
})

it.each([
  ['a file', 'file', 'is not a folder'],
  ['below a file', 'file/data', 'cannot be used'],
])('says in one sentence what is wrong with %s', (_, name, why) => {
  writeFileSync(path.join(place, 'file'), '')
  const problem = dataFolderProblem(path.join(place, name))
  expect(problem).toContain(why)
  expect(problem).not.toContain('\n')
})

it.runIf(process.platform === 'linux')('comes back from where no folder can ever be made', () => {
  expect(dataFolderProblem('/proc/parkpulse')).toContain('cannot be used')
})
