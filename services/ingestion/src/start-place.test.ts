import { expect, it } from 'vitest'
import { refuseOtherJournal, startPlace } from './start-place.ts'

it.each([
  [undefined, { first: 0, committed: 0 }, 0],
  [undefined, { first: 4096, committed: 9000 }, 4096],
  [800, { first: 0, committed: 9000 }, 800],
  [9000, { first: 0, committed: 9000 }, 9000],
  [800, { first: 4096, committed: 9000 }, 800], // the reader says what is gone
  [9000, { first: 0, committed: 8000 }, 9000], // after a power cut, before the writer has looked
])('the store at %s, the journal %j: begins at %d', (stored, extent, from) => {
  expect(startPlace(stored, extent)).toBe(from)
})

it('does not take another journal for its own', () => {
  expect(() => refuseOtherJournal(9000, { first: 0, committed: 800 })).toThrow('another journal')
  expect(() => refuseOtherJournal(800, { first: 0, committed: 800 })).not.toThrow()
  expect(() => refuseOtherJournal(undefined, { first: 0, committed: 0 })).not.toThrow()
})
