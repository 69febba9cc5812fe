import { expect, it } from 'vitest'
import { endToReach, startPlace } from './start-place.ts'

it.each([
  [undefined, { first: 0, committed: 0 }, 0],
  [undefined, { first: 4096, committed: 9000 }, 4096],
  [800, { first: 0, committed: 9000 }, 800],
  [9000, { first: 0, committed: 9000 }, 9000],
  [800, { first: 4096, committed: 9000 }, 800], // the reader says what is gone
  [undefined, { first: 4096, committed: undefined }, 4096], // nobody knows the end: the writer will say
  [9000, { first: 0, committed: 8000 }, 9000], // after a power cut, before the writer has looked
])('the store at %s, the journal %j: begins at %d', (stored, extent, from) => {
  expect(startPlace(stored, extent)).toBe(from)
})

it('does not take another journal for its own', () => {
  expect(() => endToReach(9000, { first: 0, committed: 800 })).toThrow('another journal')
  expect(endToReach(800, { first: 0, committed: 800 })).toBe(800)
  expect(endToReach(undefined, { first: 0, committed: 0 })).toBe(0)
})

it('does not take an end that nobody knows for the beginning', () => {
  expect(() => endToReach(undefined, { first: 0, committed: undefined })).toThrow('nobody knows how far')
})
