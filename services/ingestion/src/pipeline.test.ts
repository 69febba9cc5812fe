import type { ReadPage } from '@parkpulse/journal'
import { describe, expect, it } from 'vitest'
import { directoryOf } from './directory.ts'
import { follow, type Doors } from './pipeline.ts'
import { arrived, practiceSite } from './practice-site.ts'
import { turnPage } from './turn.ts'

const directory = directoryOf(practiceSite())
const page = (position: number): ReadPage => ({
  entries: [arrived(position, 'parkpulse/v1/p/s/a/readings', { values: { '1.8.0': position } })],
  damaged: [],
  next: position + 8,
})
const nothing: ReadPage = { entries: [], damaged: [], next: 0 }

/** Doors over a list of pages that write down what happens, in order. */
const practise = (pages: readonly ReadPage[], change: Partial<Doors> = {}) => {
  const told: string[] = []
  const rest = [...pages]
  const doors: Doors = {
    nextPage: () => Promise.resolve(rest.shift()),
    turn: (one) => {
      told.push(`turn ${one.next}`)
      return Promise.resolve(turnPage(one, directory, 0))
    },
    write: async ({ batch }) => {
      told.push(`write ${batch.upTo}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
      told.push(`written ${batch.upTo}`)
    },
    announce: ({ batch }) => void told.push(`announce ${batch.upTo}`),
    tend: () => {
      told.push('tend')
      return Promise.resolve()
    },
    ...change,
  }
  return { told, done: follow(doors) }
}

describe('follow', () => {
  it('decodes the next page while the store writes, and writes one at a time, in order', async () => {
    const { told, done } = practise([page(0), page(8), page(16)])
    await done
    const writes = told.filter((word) => word !== 'tend')
    expect(writes).toEqual([
      'turn 8',
      'write 8',
      'turn 16',
      'written 8',
      'announce 8',
      'write 16',
      'turn 24',
      'written 16',
      'announce 16',
      'write 24',
      'written 24',
      'announce 24',
    ])
  })

  it('tends the quarantine between batches, never while one is being written, also when there is no news', async () => {
    const { told, done } = practise([page(0), nothing, nothing])
    await done
    expect(told).toEqual(['turn 8', 'tend', 'write 8', 'written 8', 'announce 8', 'tend', 'tend', 'tend'])
  })

  it('does not announce what could not be written, and ends', async () => {
    const { told, done } = practise([page(0), page(8)], { write: () => Promise.reject(new Error('broken')) })
    await expect(done).rejects.toThrow('broken')
    expect(told.some((word) => word.startsWith('announce'))).toBe(false)
  })

  it('writes the place of a page that holds damage only', async () => {
    const { told, done } = practise([
      { entries: [], damaged: [{ position: 0, length: 8, reason: 'bad-checksum' }], next: 8 },
    ])
    await done
    expect(told).toContain('written 8')
  })
})
