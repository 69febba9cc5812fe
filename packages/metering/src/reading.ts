// A reading: what a register showed at an instant.

import type { Instant } from './instant.ts'
import type { RegisterId } from './register.ts'

export type Reading = {
  readonly registerId: RegisterId
  /** Measured at. */
  readonly at: Instant
  /** Cumulative: integer in base units as shown. Momentary: number in the field unit. */
  readonly value: number
  /** Where its message lies in the journal: the evidence. */
  readonly position: number
}
