// Filling the past: each site's gateway delivers what its meters would have sent, an hour at a time, oldest first.

import type { Logger, Metrics } from '@parkpulse/host'
import type { Instant, Period } from '@parkpulse/metering'
import { gatewayTopic } from '@parkpulse/wire'
import { shownAt } from './display.ts'
import type { Faults } from './faults.ts'
import type { Line } from './line.ts'
import type { SimulatedPark, SimulatedSite } from './park.ts'
import { gatewayPayload, type PayloadReading } from './payload.ts'
import { createPool } from './pool.ts'
import { firstInstant } from './sender.ts'

export type BackfillOptions = {
  readonly park: SimulatedPark
  readonly period: Period
  readonly intervalMs: number
  readonly faults: Faults
  readonly gatewayOf: (site: SimulatedSite) => Line
  readonly sent: ReturnType<Metrics['counter']>
  readonly log: Logger
  readonly signal: AbortSignal
}

export type Backfill = {
  /** Everything of the period before this instant is acknowledged. */
  doneUntil(): Instant
  /** Resolves when the period is filled, or the signal has ended it. */
  readonly finished: Promise<void>
}

/** 100 KB at most: well below what the broker lets through. */
const READINGS_PER_MESSAGE = 400
/** Live readings must not wait behind the past for long. */
const MESSAGES_UNDER_WAY_MAX = 8
const STRETCH_MS = 3_600_000

export function startBackfill(options: BackfillOptions): Backfill {
  const { period, log, signal } = options
  const pool = createPool(MESSAGES_UNDER_WAY_MAX)
  let doneUntil = period.from

  async function fill(): Promise<void> {
    if (period.from >= period.until) return
    log.info({ from: new Date(period.from).toISOString() }, 'past to fill → filling')
    while (doneUntil < period.until && !signal.aborted) {
      const stretch = { from: doneUntil, until: Math.min(doneUntil + STRETCH_MS, period.until) }
      await Promise.all(options.park.sites.map((site) => fillStretch(site, stretch)))
      doneUntil = stretch.until
    }
    log.info(signal.aborted ? 'filling → interrupted; goes on at the next start' : 'filling → filled')
  }
  async function fillStretch(site: SimulatedSite, stretch: Period): Promise<void> {
    const readings = readingsOf(site, stretch, options)
    for (let i = 0; i < readings.length && !signal.aborted; i += READINGS_PER_MESSAGE) {
      const part = readings.slice(i, i + READINGS_PER_MESSAGE)
      await pool.run(() => options.gatewayOf(site).send(gatewayTopic(options.park.id, site.id), gatewayPayload(part)))
      options.sent.inc({ way: 'backfill' }, part.length)
    }
  }
  return { doneUntil: () => doneUntil, finished: fill() }
}

/** In order of time, as a gateway that reads its meters one after the other has them. */
function readingsOf(
  site: SimulatedSite,
  stretch: Period,
  { park, intervalMs, faults }: BackfillOptions,
): PayloadReading[] {
  const readings = site.meters.flatMap((meter) => {
    const own: PayloadReading[] = []
    for (let at = firstInstant(meter, intervalMs, stretch.from); at < stretch.until; at += intervalMs) {
      if (faults.silent(meter, at)) continue
      own.push({ meter: meter.id, at, values: shownAt(meter, at, park.seed, faults.resetTotal(meter, at)) })
    }
    return own
  })
  return readings.sort((a, b) => a.at - b.at)
}
