// The sender: meters that read themselves at their interval and publish, each remembering how far it has come.

import type { Logger, Metrics } from '@parkpulse/host'
import type { Instant } from '@parkpulse/metering'
import { readingsTopic } from '@parkpulse/wire'
import { shownAt } from './display.ts'
import type { Faults } from './faults.ts'
import type { Line } from './line.ts'
import type { SimulatedMeter } from './park.ts'
import { meterPayload, type PayloadReading } from './payload.ts'
import { createPool } from './pool.ts'

export type SenderOptions = {
  readonly meters: readonly SimulatedMeter[]
  readonly weatherSeed: number
  readonly intervalMs: number
  /** The first instants lie at or after this. */
  readonly from: Instant
  readonly faults: Faults
  readonly lineOf: (meter: SimulatedMeter) => Line
  readonly sent: ReturnType<Metrics['counter']>
  readonly log: Logger
}

export type Sender = {
  /** Sends all that is due at `now`, as far as there is room; what isn't sent now is sent, as it was, at a later call. */
  sendDue(now: Instant): void
  /** Everything measured before this instant is acknowledged. */
  acknowledgedUntil(): Instant
  readonly underWay: number
}

/** Messages under way over all meters: two seconds of a fleet that acknowledges 10 000 messages a second. */
const UNDER_WAY_MAX = 20_000
/** Of one meter: a meter is a small machine. */
const UNDER_WAY_PER_METER_MAX = 4
/** Instants in one message when a meter catches up: 100 KB at most. */
const READINGS_PER_MESSAGE = 200

/** How far a meter has come. `next` is the first instant not sent; `underWay` the first instants of unacknowledged messages. */
type Progress = { readonly meter: SimulatedMeter; next: Instant; readonly underWay: Set<Instant> }

/** The first instant of a meter at or after `from`: meters don't all read at the full second. */
export const firstInstant = (meter: SimulatedMeter, intervalMs: number, from: Instant): Instant => {
  const phase = meter.seed % intervalMs
  return Math.ceil((from - phase) / intervalMs) * intervalMs + phase
}

export function openSender(options: SenderOptions): Sender {
  const { meters, intervalMs, from } = options
  const pool = createPool(UNDER_WAY_MAX)
  const all = meters.map((meter): Progress => ({
    meter,
    next: firstInstant(meter, intervalMs, from),
    underWay: new Set(),
  }))
  return {
    sendDue(now) {
      for (const progress of all) {
        while (progress.next <= now && progress.underWay.size < UNDER_WAY_PER_METER_MAX && !pool.full) {
          const readings = takeDue(progress, now, options)
          if (readings.length === 0) break
          void pool.run(() => send(progress, readings, options))
        }
      }
    },
    acknowledgedUntil: () =>
      all.reduce((least, { next, underWay }) => Math.min(least, next, ...underWay), Number.POSITIVE_INFINITY),
    get underWay() {
      return pool.underWay
    },
  }
}

async function send(progress: Progress, readings: readonly PayloadReading[], options: SenderOptions): Promise<void> {
  const { meter, underWay } = progress
  const begin = (readings[0] as PayloadReading).at
  const line = options.lineOf(meter)
  const topic = readingsTopic(meter.park, meter.site, meter.id)
  const payload = meterPayload(readings)
  underWay.add(begin)
  try {
    await line.send(topic, payload)
    options.sent.inc({ way: 'live' }, readings.length)
    if (options.faults.doubled(meter, begin)) await line.send(topic, payload)
  } catch (error) {
    options.log.debug({ err: error, meter: meter.id }, 'given up: the line was closed')
  } finally {
    underWay.delete(begin)
  }
}

/** The instants that are due, as one message's readings. What a fault withholds stays due; what it silences is passed over. */
function takeDue(
  progress: Progress,
  now: Instant,
  { weatherSeed, intervalMs, faults }: SenderOptions,
): PayloadReading[] {
  const { meter } = progress
  const readings: PayloadReading[] = []
  while (progress.next <= now && readings.length < READINGS_PER_MESSAGE) {
    const at = progress.next
    if (faults.sentAt(meter, at) > now) break
    progress.next += intervalMs
    if (faults.silent(meter, at)) continue
    readings.push({ meter: meter.id, at, values: shownAt(meter, at, weatherSeed, faults.resetTotal(meter, at)) })
  }
  return readings
}
