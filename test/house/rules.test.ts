// Each house rule on a small sample that breaks it and one that does not: no rule is blind.

import { describe, expect, it } from 'vitest'
import { arrowOffences, cycleOffences, doorOffences, testImportOffences, undeclaredOffences } from './arrows.ts'
import { blank } from './blank.ts'
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
import { sourceOf, type Offence, type Source } from './source.ts'

const file = (name: string, ...to: readonly string[]) =>
  sourceOf(`packages/wire/src/${name}.ts`, to.map((one) => `import type { X } from './${one}.ts'`).join('\n'))

type Rule = (sources: readonly Source[]) => readonly Offence[]

/** [what, rule, path, text, how many offences] */
const table: readonly (readonly [string, Rule, string, string, number])[] = [
  ['an arrow up', arrowOffences, 'packages/wire/src/a.ts', `import { x } from '@parkpulse/metering'`, 0],
  ['an arrow down', arrowOffences, 'packages/metering/src/a.ts', `import { x } from '@parkpulse/wire'`, 1],
  ['a type is an arrow', arrowOffences, 'packages/journal/src/a.ts', `import type { X } from '@parkpulse/metering'`, 1],
  [
    'over several lines',
    arrowOffences,
    'packages/host/src/a.ts',
    `import {\n  x,\n  type Y,\n} from '@parkpulse/wire'`,
    1,
  ],
  ['when it is needed', arrowOffences, 'services/broker/src/a.ts', `const x = await import('@parkpulse/store')`, 1],
  ['for its effect', arrowOffences, 'services/broker/src/a.ts', `import '@parkpulse/store'`, 1],
  ['in a comment', arrowOffences, 'packages/host/src/a.ts', `// import { x } from '@parkpulse/wire'`, 0],
  ['in a text', arrowOffences, 'packages/host/src/a.ts', `const x = "import { x } from '@parkpulse/wire'"`, 0],
  ['service to service', arrowOffences, 'services/api/src/a.ts', `import { x } from '@parkpulse/broker'`, 1],
  ['amended: api names topics', arrowOffences, 'services/api/src/a.ts', `import { x } from '@parkpulse/wire'`, 0],
  ['a test may', arrowOffences, 'packages/host/src/a.test.ts', `import { x } from '@parkpulse/wire'`, 0],
  ['infra may', arrowOffences, 'infra/start.ts', `import { x } from '@parkpulse/wire'`, 0],
  ['a package nobody knows', arrowOffences, 'packages/extra/src/a.ts', '', 1],
  ['into the neighbour', doorOffences, 'packages/wire/src/a.ts', `import { x } from '../../metering/src/step.ts'`, 1],
  [
    'into its data',
    doorOffences,
    'packages/wire/src/a.ts',
    `import x from '../data/rows.json' with { type: 'json' }`,
    0,
  ],
  ['past the index', doorOffences, 'packages/wire/src/a.ts', `import { x } from '@parkpulse/metering/src/step.ts'`, 1],
  ['its own index', doorOffences, 'packages/wire/src/deep/a.ts', `import { x } from '../index.ts'`, 1],
  ['its own file', doorOffences, 'packages/wire/src/deep/a.ts', `import { x } from '../topic.ts'`, 0],
  ['a re-export', doorOffences, 'packages/wire/src/index.ts', `export { x } from '@parkpulse/metering'`, 1],
  [
    'a re-export of types',
    doorOffences,
    'packages/wire/src/index.ts',
    `export type { X } from '@parkpulse/metering'`,
    1,
  ],
  ['an export of its own', doorOffences, 'packages/wire/src/index.ts', `export { x } from './topic.ts'`, 0],
  ['a clock', purityOffences, 'packages/metering/src/a.ts', 'const now = Date.now()', 1],
  ['a new date', purityOffences, 'packages/metering/src/a.ts', 'const now = new Date()', 1],
  ['a new date, bare', purityOffences, 'packages/metering/src/a.ts', 'const now = new Date\nnext()', 1],
  ['a date as text', purityOffences, 'packages/metering/src/a.ts', 'const now = Date()', 1],
  ['a date from a number', purityOffences, 'packages/metering/src/a.ts', 'const at = new Date(0)', 0],
  [
    'dates by arithmetic',
    purityOffences,
    'packages/metering/src/a.ts',
    'const at = Date.UTC(2026, 0) + Date.parse(x)',
    0,
  ],
  ['performance', purityOffences, 'packages/wire/src/a.ts', 'const t = performance.now()', 1],
  ['chance', purityOffences, 'packages/emissions/src/a.ts', 'const x = Math.random()', 1],
  ['waiting', purityOffences, 'packages/alerting/src/a.ts', 'const f = async () => { await g() }', 2],
  ['a timer', purityOffences, 'packages/alerting/src/a.ts', 'setTimeout(f, 1)', 1],
  ['the environment', purityOffences, 'packages/alerting/src/a.ts', 'const x = process.env', 1],
  ['the console', purityOffences, 'packages/alerting/src/a.ts', 'console.log(1)', 1],
  ['a file', purityOffences, 'packages/metering/src/a.ts', `import { readFileSync } from 'node:fs'`, 1],
  ['words in a comment', purityOffences, 'packages/metering/src/a.ts', '/* await Date.now() */ // process.env', 0],
  [
    'words in a text',
    purityOffences,
    'packages/metering/src/a.ts',
    "const x = 'await ' + `Math.random() ${y} async`",
    0,
  ],
  ['code in a template', purityOffences, 'packages/metering/src/a.ts', 'const x = `it is ${`at ${Date.now()}`}`', 1],
  ['not pure by promise', purityOffences, 'packages/store/src/a.ts', 'await Math.random()', 0],
  ['a test of the pure', purityOffences, 'packages/wire/src/a.test.ts', `import { readFileSync } from 'node:fs'`, 0],
  ['a second clock', clockOffences, 'services/api/src/a.ts', 'const now = Date.now', 1],
  ['a monotonic one', clockOffences, 'services/api/src/a.ts', 'const t = process.hrtime.bigint()', 1],
  ['the clock', clockOffences, 'packages/host/src/clock.ts', 'export const systemClock = { now: () => Date.now() }', 0],
  ['a measurement', clockOffences, 'test/bench/main.ts', 'const t = performance.now()', 0],
  ['a lumber room', fileNameOffences, 'services/api/src/utils.ts', '', 1],
  ['a folder of it', fileNameOffences, 'services/api/src/common/zone.ts', '', 1],
  ['its test', fileNameOffences, 'services/api/src/helpers.test.ts', '', 1],
  ['types', fileNameOffences, 'services/api/src/types.ts', '', 1],
  ['a manager', fileNameOffences, 'services/api/src/session-manager.ts', '', 1],
  ['a unit', fileNameOffences, 'packages/metering/src/base-unit.ts', '', 0],
  ['a class of managers', nameOffences, 'packages/host/src/a.ts', 'export class StoreManager {\n}', 1],
  ['a type of data', nameOffences, 'packages/host/src/a.ts', 'type MeterData = { x: number }', 1],
  ['a function', nameOffences, 'packages/host/src/a.ts', 'function errorHandler() {}', 1],
  ['an exported constant', nameOffences, 'packages/host/src/a.ts', 'export const readingImpl = 1', 1],
  ['a word within', nameOffences, 'packages/host/src/a.ts', 'type DataFolder = string\ntype Infos = 1', 0],
  ['everything', exportAllOffences, 'packages/host/src/index.ts', `export * from './a.ts'`, 1],
  ['everything, under a name', exportAllOffences, 'packages/host/src/index.ts', `export * as a from './a.ts'`, 1],
  ['all types', exportAllOffences, 'packages/host/src/index.ts', `export type * from './a.ts'`, 1],
  ['by name', exportAllOffences, 'packages/host/src/index.ts', `export { a } from './a.ts'`, 0],
  ['a default', defaultExportOffences, 'packages/host/src/a.ts', 'export default 1', 1],
  ['a default by the back door', defaultExportOffences, 'packages/host/src/a.ts', 'export { a, b as default }', 1],
  ['a configuration', defaultExportOffences, 'test/vitest.config.ts', 'export default 1', 0],
  ['an enum', enumOffences, 'packages/host/src/a.ts', 'export enum Colour { Red }', 1],
  ['a constant one', enumOffences, 'packages/host/src/a.ts', 'const enum Colour { Red }', 1],
  ['a zod enum', enumOffences, 'packages/host/src/a.ts', `const colour = z.enum(['red'])`, 0],
  ['301 lines', lengthOffences, 'packages/host/src/a.ts', 'x\n'.repeat(301), 1],
  ['300 lines', lengthOffences, 'packages/host/src/a.ts', 'x\n'.repeat(300), 0],
  ['a long test', lengthOffences, 'packages/host/src/a.test.ts', 'x\n'.repeat(301), 0],
  ['no sentence', openingOffences, 'packages/host/src/a.ts', `import { x } from './b.ts'`, 1],
  ['a sentence', openingOffences, 'packages/host/src/a.ts', '// What it is.\n', 0],
  ['an index', openingOffences, 'packages/host/src/index.ts', `export { x } from './b.ts'`, 0],
]

describe('a rule', () => {
  it.each(table)('%s', (_, rule, path, text, count) => {
    const found = rule([sourceOf(path, text)])
    expect(found).toHaveLength(count)
    for (const offence of found) expect(offence.startsWith(path)).toBe(true)
  })

  it('says the line', () => {
    const text = `// a\nimport { x } from './b.ts'\n\nimport {\n  y,\n} from '@parkpulse/wire'\nconst t = Date.now()\n`
    const source = sourceOf('packages/metering/src/a.ts', text)
    expect(arrowOffences([source])).toEqual([
      'packages/metering/src/a.ts:4 packages/metering may not import @parkpulse/wire',
    ])
    expect(purityOffences([source])).toEqual(['packages/metering/src/a.ts:7 reads a clock: Date.now'])
  })

  it('sees circles of two and of three, and of one', () => {
    expect(cycleOffences([file('a', 'b', 'c'), file('b', 'c'), file('c')])).toEqual([])
    expect(cycleOffences([file('a', 'b'), file('b', 'a')])).toHaveLength(1)
    expect(cycleOffences([file('x', 'a'), file('a', 'b'), file('b', 'c'), file('c', 'a')])).toEqual([
      'packages/wire/src/a.ts → packages/wire/src/b.ts → packages/wire/src/c.ts → packages/wire/src/a.ts',
    ])
    expect(cycleOffences([file('a', 'a')])).toHaveLength(1)
  })

  it('sees what is not declared', () => {
    const source = sourceOf(
      'packages/wire/src/a.ts',
      `import a from 'zod/v4'\nimport b from '@x/y/z'\nimport 'node:fs'`,
    )
    expect(undeclaredOffences([source], new Map([['packages/wire', ['zod', '@x/y']]]))).toEqual([])
    expect(undeclaredOffences([source], new Map([['packages/wire', ['zod']]]))).toEqual([
      'packages/wire/src/a.ts:2 is not in its package.json: @x/y/z',
    ])
    expect(undeclaredOffences([source], new Map())).toHaveLength(2)
  })

  it('sees the way leaning on a test', () => {
    const suite = sourceOf('packages/store/src/promise.ts', `import { it } from 'vitest'`)
    const way = sourceOf('packages/store/src/a.ts', `import { x } from './promise.ts'`)
    expect(testImportOffences([suite, way])).toHaveLength(1)
    expect(testImportOffences([suite, sourceOf('packages/store/src/a.test.ts', way.text)])).toEqual([])
  })

  it.each([
    ['with both', '# wire\n\n## Decisions\n', 0],
    ['without decisions', '# wire\n\nDecisions are elsewhere.\n', 1],
    ['missing', undefined, 1],
  ])('a README %s', (_, text, count) => {
    expect(readmeOffences(new Map([['packages/wire', text]]))).toHaveLength(count)
  })

  it('sees what lies about at the top', () => {
    expect(topOffences(['.ci', '.gitignore', 'packages', 'README.md', 'data', 'node_modules'])).toEqual([])
    expect(topOffences(['notes.md', 'src', 'docs'])).toHaveLength(3)
  })
})

describe('blanking', () => {
  it.each([
    ['a comment', 'a // b\nc', 'a     \nc'],
    ['a comment over lines', 'a /* b\nb */ c', 'a     \n     c'],
    ['a text', `a = 'b' + "c"`, `a = ' ' + " "`],
    ['a text with a quote in it', String.raw`a = 'b\'c'; d`, `a = '    '; d`],
    ['a template', 'a = `b ${c} d`', 'a = `  ${c}  `'],
    ['a template in a template', 'a = `b ${`c ${d}`} e`; f', 'a = `  ${`  ${d}`}  `; f'],
    ['an object in a template', 'a = `b ${{ c: 1 }.c} d`; e', 'a = `  ${{ c: 1 }.c}  `; e'],
    ['an expression with quotes', `a = x.replace(/['"\`]/g, y); b`, 'a = x.replace(        , y); b'],
    ['an expression with a slash', 'if (/[/]*x/.test(a)) b', 'if (       .test(a)) b'],
    ['a division', 'a = b / c / d // e', 'a = b / c / d     '],
    ['an apostrophe in a comment', `a // it's\nb = 'c'`, `a        \nb = ' '`],
  ])('%s', (_, text, expected) => {
    expect(blank(text)).toBe(expected)
  })
})
