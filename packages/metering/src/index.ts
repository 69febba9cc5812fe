export { contains, HOUR_MS, hourOf, type Instant, type Period } from './instant.ts'
export { isId } from './id.ts'
export {
  isCumulative,
  type Commodity,
  type CumulativeRegister,
  type MomentaryRegister,
  type Register,
  type RegisterId,
} from './register.ts'
export type { Reading } from './reading.ts'
export { qualityWorst, type Carry, type HourEvent, type HourFigure, type Quality, type Shares } from './hour.ts'
export {
  quantityNamed,
  readVocabulary,
  vocabulary,
  type CumulativeDefaults,
  type CumulativeQuantity,
  type Label,
  type Mark,
  type MomentaryDefaults,
  type MomentaryQuantity,
  type Quantity,
  type Source,
} from './vocabulary.ts'
export { fitsBase, fromBase, toBase } from './base-unit.ts'
export { step, type Step } from './step.ts'
export { countReadings, FALL_OPEN_MS, FALL_OPEN_READINGS, type Counted, type CountedStep } from './count-readings.ts'
export { cutHours, GAP_MS, type CutInput } from './cut-hours.ts'
