export { contains, HOUR_MS, hourOf, type Instant, type Period } from './instant.ts'
export type { Commodity, CumulativeRegister, MomentaryRegister, Register, RegisterId } from './register.ts'
export type { Reading } from './reading.ts'
export type { Carry, HourEvent, HourFigure, Quality, Shares } from './hour.ts'
