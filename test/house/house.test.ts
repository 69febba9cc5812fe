// The house rules that a machine can see, held by the tree as it is.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { arrowOffences, cycleOffences, doorOffences, testImportOffences, undeclaredOffences } from './arrows.ts'
import {
  defaultExportOffences,
  enumOffences,
  exportAllOffences,
  fileNameOffences,
  lengthOffences,
  nameOffences,
  openingOffences,
} from './names.ts'
import { readmeOffences, topOffences } from './papers.ts'
import { clockOffences, purityOffences } from './purity.ts'
import { readSources, rooms, type Offence, type Source } from './source.ts'

const root = path.join(import.meta.dirname, '../..')
const sources = readSources(root)
const allRooms = ['packages', 'services', 'simulators'].flatMap((room) =>
  rooms(root, room).map((name) => `${room}/${name}`),
)
const textOf = (file: string): string | undefined => {
  const whole = path.join(root, file)
  return existsSync(whole) ? readFileSync(whole, 'utf8') : undefined
}
const dependenciesOf = (room: string): readonly string[] => {
  const manifest = JSON.parse(textOf(`${room}/package.json`) ?? '{}') as Record<string, object | undefined>
  return Object.keys({ ...manifest['dependencies'], ...manifest['optionalDependencies'] })
}

const rules: readonly (readonly [string, (sources: readonly Source[]) => readonly Offence[]])[] = [
  ['imports follow the arrows of design §2', arrowOffences],
  ['packages are entered by their door', doorOffences],
  [
    'what is imported is declared',
    (all) => undeclaredOffences(all, new Map(allRooms.map((room) => [room, dependenciesOf(room)]))),
  ],
  ['the way needs no tests', testImportOffences],
  ['no file needs itself', cycleOffences],
  ['the core is pure', purityOffences],
  ['one file reads the clock', clockOffences],
  ['files are named by what they are', fileNameOffences],
  ['names say something', nameOffences],
  ['indexes are written by hand', exportAllOffences],
  ['exports have names', defaultExportOffences],
  ['there are no enums', enumOffences],
  ['files are short', lengthOffences],
  ['files say what they are', openingOffences],
]

describe('the house', () => {
  it('is seen whole', () => {
    expect(allRooms).toHaveLength(13)
    for (const room of allRooms) expect(sources.some((source) => source.path.startsWith(`${room}/src/`))).toBe(true)
  })

  it.each(rules)('%s', (_, rule) => {
    expect(rule(sources)).toEqual([])
  })

  it('has a README with decisions in each room', () => {
    expect(readmeOffences(new Map(allRooms.map((room) => [room, textOf(`${room}/README.md`)])))).toEqual([])
  })

  it('is tidy at the top', () => {
    expect(topOffences(readdirSync(root))).toEqual([])
  })
})
