// GWP sets: how much a kilogram of each gas warms compared with CO2; chosen when emissions are read, never stored with them.

import setRows from '../data/gwp-sets.json' with { type: 'json' }
import type { Gases } from './emission.ts'
import type { Mark } from './factor.ts'

export type GwpSetId = 'AR4' | 'AR5' | 'AR6'

/** Over 100 years, from one IPCC assessment report. */
export type GwpSet = {
  readonly id: GwpSetId
  readonly co2: number
  readonly ch4Fossil: number
  readonly ch4NonFossil: number
  readonly n2o: number
  readonly horizonYears: number
  readonly source: string
  readonly mark: Mark
}

export type Methane = 'fossil' | 'non-fossil'

const rows = setRows as readonly GwpSet[]

const setNamed = (id: GwpSetId): GwpSet => {
  const row = rows.find((candidate) => candidate.id === id)
  if (row === undefined || row.source === '') throw new Error(`gwp-sets.json has no row ${id} with a source`)
  return Object.freeze({ ...row })
}

/** By assessment report. Viet Nam's Circular 38/2023 says "the latest IPCC guidance": AR6; UNFCCC reporting uses AR5. */
export const gwpSets: Readonly<Record<GwpSetId, GwpSet>> = Object.freeze({
  AR4: setNamed('AR4'),
  AR5: setNamed('AR5'),
  AR6: setNamed('AR6'),
})

/**
 * Kilograms of CO2e. Methane's weight depends on its origin (wastewater's is non-fossil): where there is methane and
 * no origin is given, this throws rather than choose one.
 */
export function co2eKg(gases: Gases, set: GwpSet, methane?: Methane): number {
  if (gases.ch4Kg !== 0 && methane === undefined) throw new Error('CH4 has no CO2e without its origin')
  const ch4 = methane === 'fossil' ? set.ch4Fossil : set.ch4NonFossil
  return gases.co2Kg * set.co2 + gases.ch4Kg * ch4 + gases.n2oKg * set.n2o
}
