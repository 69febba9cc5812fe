// Test data: a park of one meter with an energy register and a power gauge, and aggregation over memory doors.

import type { LimitRule } from '@parkpulse/alerting'
import { createHealth, createMetrics, type Logger } from '@parkpulse/host'
import type { CumulativeRegister } from '@parkpulse/metering'
import type { Installation } from '@parkpulse/registry'
import { type Aggregation, openAggregation } from '../aggregation.ts'
import { memoryFigures, memoryReadings } from './memory-store.ts'

export const ENERGY = 7
export const POWER = 9

export const energy: CumulativeRegister = {
  kind: 'cumulative',
  id: ENERGY,
  quantity: 'active_energy_import_kwh',
  resolution: 10,
  capacity: 1_000_000,
  multiplier: 3,
  mostPerHour: 240_000,
}
export const rule: LimitRule = {
  kind: 'limit',
  id: 'peak',
  place: { park: 'p' },
  quantity: 'active_power_kw',
  breach: 'above',
  limit: 400,
  clear: 380,
  holdMs: 60_000,
  keepFiringMs: 0,
  severity: 'warning',
  advice: { vi: 'Giảm tải', en: 'Shed load' },
}
export const smallPark: Installation = {
  version: 1,
  parks: [{ id: 'p', name: 'Park', timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' }],
  sites: [{ park: 'p', id: 's', name: 'Site' }],
  meters: [
    {
      park: 'p',
      site: 's',
      id: 'm',
      name: 'Meter',
      commodity: 'electricity',
      registers: [energy, { kind: 'momentary', id: POWER, quantity: 'active_power_kw', low: 0, high: 100_000 }],
    },
  ],
  rules: [rule],
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined } as unknown as Logger

/** A service over memory that can be killed and opened again. */
export function house(installation: Installation = smallPark) {
  const readings = memoryReadings()
  const store = memoryFigures()
  const published = new Map<string, unknown>()
  let current = installation
  let shown = installation
  let standingAtStart: readonly string[] = []
  let nowMs = 0
  const open = (): Promise<Aggregation> => {
    // As when a process opens its registry: it shows what stands there, without news.
    shown = current
    return openAggregation({
      readings,
      figures: store.figures,
      writer: store.writer,
      registry: {
        installation: () => shown,
        async refresh() {
          const moved = shown !== current
          shown = current
          return moved
        },
      },
      publisher: {
        set: (topic, message) => (message === undefined ? published.delete(topic) : published.set(topic, message)),
        clearOthers: () => void (standingAtStart = [...published.keys()]),
        isConnected: () => true,
      },
      clock: { now: () => nowMs },
      log: silent,
      health: createHealth(),
      metrics: createMetrics('aggregation'),
      settleMs: 600_000,
    })
  }
  return {
    readings,
    store,
    published,
    /** Topics that had been put up when the last opened service let others be cleared. */
    standingAtStart: () => standingAtStart,
    open,
    setNow: (at: number) => (nowMs = at),
    register: (changed: Installation) => (current = changed),
  }
}
