// The conformance suite: what every implementation of the store's ports must pass. Call it from a test file.

import { describe } from 'vitest'
import { alertsConformance } from './alerts.ts'
import { batchConformance } from './batch-writing.ts'
import { figuresConformance } from './figures.ts'
import { ledgerConformance } from './ledger.ts'
import { lawConformance } from './laws.ts'
import type { StoreDoors } from './opened.ts'
import { readingsConformance } from './readings.ts'

export type { StoreDoors } from './opened.ts'

/** Declares tests of all that the ports promise. Each test opens the store on an empty folder of its own. */
export const storeConformance = (name: string, doors: StoreDoors): void => {
  describe(`${name} keeps the store's promises`, () => {
    batchConformance(doors)
    readingsConformance(doors)
    ledgerConformance(doors)
    lawConformance(doors)
    figuresConformance(doors)
    alertsConformance(doors)
  })
}
