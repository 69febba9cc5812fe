// What is counted: hours, emissions, transitions, the feed; for the metrics and for the day's summary in the log.

import type { Transition } from '@parkpulse/alerting'
import type { Metrics } from '@parkpulse/host'
import type { Round } from './close-hour.ts'

/** Since the last summary. */
export type Day = { closed: number; restated: number; provisional: number; noFactor: number; fired: number }

export type Tallies = {
  readonly round: (round: Round) => void
  readonly transition: (transition: Transition) => void
  took(readings: number): void
  /** Runs a tick and notes how long it took. */
  timed<T>(tick: 'feed' | 'closing', run: () => Promise<T>): Promise<T>
  gauge(values: { readonly due: number; readonly feedLag: number; readonly firing: number }): void
  /** What was counted since the last time, and starts anew. */
  takeDay(): Day
  readonly failures: ReturnType<Metrics['counter']>
}

const TICK_SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]
const newDay = (): Day => ({ closed: 0, restated: 0, provisional: 0, noFactor: 0, fired: 0 })

/** Registers the service's metrics. */
export function openTallies(metrics: Metrics): Tallies {
  const hours = metrics.counter('hours_total', 'Figures written, by cause', ['cause'])
  const emissions = metrics.counter('emissions_total', 'Emissions written, by the status of their factor', ['status'])
  const transitions = metrics.counter('transitions_total', 'Alert transitions, by the state entered', ['to'])
  const readings = metrics.counter('feed_readings_total', 'Readings taken from the feed')
  const due = metrics.gauge('hours_due', 'Hours that wait to be closed or restated, those not yet over included')
  const lag = metrics.gauge('feed_lag', 'Numbers between the head of the feed and what was taken')
  const firing = metrics.gauge('alerts_firing', 'Alerts that fire')
  const seconds = metrics.histogram('tick_duration_seconds', 'How long a tick took', TICK_SECONDS, ['tick'])
  const failures = metrics.counter('tick_failures_total', 'Ticks that failed and were tried again', ['tick'])
  let day = newDay()
  return {
    failures,
    round(round) {
      for (const { cause } of round.hours) hours.inc({ cause })
      for (const one of round.emissions)
        emissions.inc({ status: one.kind === 'emission' ? one.factorStatus : 'no-factor' })
      addRound(day, round)
    },
    transition({ to }) {
      transitions.inc({ to })
      if (to === 'firing') day.fired += 1
    },
    took: (count) => readings.inc(count),
    async timed(tick, run) {
      const stop = seconds.startTimer({ tick })
      try {
        return await run()
      } finally {
        stop()
      }
    },
    gauge(values) {
      due.set(values.due)
      lag.set(values.feedLag)
      firing.set(values.firing)
    },
    takeDay() {
      const taken = day
      day = newDay()
      return taken
    },
  }
}

function addRound(day: Day, { hours, emissions }: Round): void {
  for (const { cause } of hours) {
    if (cause === 'closed') day.closed += 1
    else day.restated += 1
  }
  for (const one of emissions) {
    if (one.kind === 'no-factor') day.noFactor += 1
    else if (one.factorStatus === 'provisional') day.provisional += 1
  }
}
