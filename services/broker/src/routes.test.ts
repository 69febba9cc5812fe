import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRoutes, matches } from './routes.ts'

describe('filters, MQTT 3.1.1 §4.7', () => {
  test.each<readonly [string, string, boolean]>([
    ['a/b', 'a/b', true],
    ['a/b', 'a', false],
    ['a', 'a/b', false],
    ['a/+', 'a/b', true],
    ['a/+', 'a/', true],
    ['a/+', 'a', false],
    ['a/+', 'a/b/c', false],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['+/b/#', 'a/b', true],
    ['a/+/c', 'a/b/c', true],
  ])('%s and %s: %s', (filter, topic, matched) => {
    expect(matches(filter, topic)).toBe(matched)
    expect(delivered(filter, topic)).toBe(matched)
  })

  test('law: the tree and the single comparison agree', () => {
    const word = fc.constantFrom('a', 'b', '')
    const topic = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('/'))
    const filter = fc
      .tuple(fc.array(fc.constantFrom('a', 'b', '', '+'), { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([words, open]) => [...words, ...(open ? ['#'] : [])].join('/'))
    fc.assert(fc.property(filter, topic, (one, other) => delivered(one, other) === matches(one, other)))
  })
})

test('a publisher does not wait for a subscriber that never answers', () => {
  const routes = createRoutes()
  routes.on('a', () => undefined)
  let done = false
  routes.emit({ topic: 'a' }, () => {
    done = true
  })
  expect(done).toBe(true)
})

test('one that left gets nothing, the others do', () => {
  const routes = createRoutes()
  const got: string[] = []
  const first = () => void got.push('first')
  routes.on('a/+', first)
  routes.on('a/+', () => void got.push('second'))
  routes.removeListener('a/+', first)
  routes.removeListener('a/b/c', first)
  routes.emit({ topic: 'a/b' })
  expect(got).toEqual(['second'])
})

function delivered(filter: string, topic: string): boolean {
  const routes = createRoutes()
  let got = false
  routes.on(filter, () => {
    got = true
  })
  routes.emit({ topic })
  return got
}
