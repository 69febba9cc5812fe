// What a meter is made of: registers. A cumulative one counts up, a momentary one (a gauge) shows what is now.

/** What flows past a meter. `surroundings` is air and noise. */
export type Commodity =
  | 'electricity'
  | 'water'
  | 'reclaimed-water'
  | 'wastewater'
  | 'natural-gas'
  | 'steam'
  | 'heat'
  | 'surroundings'

/** The registry's number of a register: a positive integer, never used again. */
export type RegisterId = number

/** A counting register. Its readings are integers in the quantity's base unit (Wh, varh, litre, gram). */
export type CumulativeRegister = {
  readonly kind: 'cumulative'
  readonly id: RegisterId
  /** A name of the vocabulary, such as `active_energy_import_kwh`. */
  readonly quantity: string
  /** The smallest step that the register can show, in base units as shown (before the multiplier). */
  readonly resolution: number
  /** The first value that the register can no longer show, in base units as shown. */
  readonly capacity: number
  /** Real quantity = what the register shows × multiplier (transformer ratios). */
  readonly multiplier: number
  /** The most that the connection can carry in an hour, in real base units (after the multiplier), tolerance included. */
  readonly mostPerHour: number
}

/** A register that shows a momentary value, in the quantity's field unit (kW, °C, mg/L, …). */
export type MomentaryRegister = {
  readonly kind: 'momentary'
  readonly id: RegisterId
  readonly quantity: string
  /** What the instrument can show; values outside are refused. */
  readonly low: number
  readonly high: number
}

export type Register = CumulativeRegister | MomentaryRegister

/** Whether a register counts up (and so has hours), or shows what is now. */
export const isCumulative = (register: Register): register is CumulativeRegister => register.kind === 'cumulative'
