// A small installation and messages to practise on, for the tests of this service.

import type { Logger } from '@parkpulse/host'
import type { Installation } from '@parkpulse/registry'
import type { Register } from '@parkpulse/metering'
import type { Arrived } from './arrived.ts'

const energy = (id: number): Register => ({
  kind: 'cumulative',
  id,
  quantity: 'active_energy_import_kwh',
  resolution: 10,
  capacity: 1_000_000_000,
  multiplier: 1,
  mostPerHour: 1_000_000,
})
const power = (id: number): Register => ({ kind: 'momentary', id, quantity: 'active_power_kw', low: 0, high: 500 })

const meter = (id: string, ...registers: readonly Register[]) =>
  ({ park: 'p', site: 's', id, name: id, commodity: 'electricity', registers }) as const

/** Park `p`, site `s`; meter `a` with energy (1) and power (2), meter `b` with energy (3); with more meters, a higher version. */
export const practiceSite = (...more: readonly ReturnType<typeof meter>[]): Installation => ({
  version: 1 + more.length,
  parks: [{ id: 'p', name: 'p', timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' }],
  sites: [{ park: 'p', id: 's', name: 's' }],
  meters: [meter('a', energy(1), power(2)), meter('b', energy(3)), ...more],
  rules: [],
})

/** Meter `c`, registered later: energy (4), power (5) when asked for. */
export const lateMeter = (withPower: 'with power' | 'without power') =>
  withPower === 'with power' ? meter('c', energy(4), power(5)) : meter('c', energy(4))

export const RECEIVED_AT = Date.parse('2026-11-22T08:00:30+07:00')

/** A message at a position of the journal. */
export const arrived = (position: number, topic: string, payload: unknown): Arrived & { next: number } => ({
  position,
  next: position + 8,
  receivedAt: RECEIVED_AT,
  principal: 'p.s',
  topic,
  payload: new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload)),
})

export const quietLog: Pick<Logger, 'info' | 'warn' | 'error'> = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
