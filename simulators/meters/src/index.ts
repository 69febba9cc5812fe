export { shownAt, type Shown } from './display.ts'
export { simulatedPark, type ParkSize, type SimulatedMeter, type SimulatedPark, type SimulatedSite } from './park.ts'
export { gatewayPayload, meterPayload, type PayloadReading } from './payload.ts'
