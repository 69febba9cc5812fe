import { expect, it } from 'vitest'
import { startPlace } from './start-place.ts'

it.each([
  [undefined, { first: 0, committed: 0 }, 0],
  [undefined, { first: 4096, committed: 9000 }, 4096],
  [800, { first: 0, committed: 9000 }, 800],
  [9000, { first: 0, committed: 9000 }, 9000],
  [800, { first: 4096, committed: 9000 }, 800], // the reader says what is gone
])('the store at %s, the journal %j: begins at %d', (stored, extent, from) => {
  expect(startPlace(stored, extent)).toBe(from)
})

it('does not take another journal for its own', () => {
  expect(() => startPlace(9000, { first: 0, committed: 800 })).toThrow('another journal')
})
