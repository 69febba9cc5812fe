// Closed lists as small numbers, as figures.db keeps them. Only ever append: positions are on disk.

import type { Quality } from '@parkpulse/metering'
import type { FactorStatus, Method } from '@parkpulse/emissions'
import type { Cause } from '../ports.ts'

/** Two lists in one: what a code means, and the code of a word. */
export type Codes<T extends string> = { codeOf(word: T): number; wordOf(code: number): T }

const codes = <T extends string>(words: Readonly<Record<T, number>>): Codes<T> => {
  const byCode = new Map(Object.entries(words).map(([word, code]) => [code, word as T]))
  return {
    codeOf: (word) => words[word],
    wordOf: (code) => {
      const word = byCode.get(code)
      if (word === undefined) throw new Error(`no such code in figures.db: ${code}`)
      return word
    },
  }
}

/** In the order of `qualityWorst`, so that the highest code is the worst. */
export const qualities = codes<Quality>({ measured: 0, interpolated: 1, estimated: 2, edited: 3, missing: 4 })
export const causes = codes<Cause>({
  closed: 0,
  'late-readings': 1,
  'register-changed': 2,
  'factor-published': 3,
  replayed: 4,
})
export const methods = codes<Method>({ location: 0, market: 1 })
export const statuses = codes<FactorStatus>({ official: 0, provisional: 1, unverified: 2 })
