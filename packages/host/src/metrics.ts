// Metrics: counters, gauges and histograms of one process in Prometheus' text format, the process' own (CPU, memory, event
// loop) included.

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = {
  /** Names are given without prefix and come out as `parkpulse_<service>_<name>`; counters end in `_total` by custom. */
  counter(name: string, help: string, labelNames?: readonly string[]): Counter
  gauge(name: string, help: string, labelNames?: readonly string[]): Gauge
  /** `buckets`: upper bounds, ascending, in the unit that the name ends in (seconds by custom). */
  histogram(name: string, help: string, buckets: readonly number[], labelNames?: readonly string[]): Histogram
  /** Everything, as text format 0.0.4. */
  text(): Promise<string>
}

/** The metrics of one service. Registering a name twice throws: two parts would be counting into each other. */
export function createMetrics(service: string): Metrics {
  const register = new Registry()
  register.setDefaultLabels({ service })
  collectDefaultMetrics({ register })
  const full = (name: string) => `parkpulse_${service}_${name}`.replaceAll('-', '_')
  const base = (name: string, help: string, labelNames: readonly string[]) => ({
    name: full(name),
    help,
    labelNames: [...labelNames],
    registers: [register],
  })
  return {
    counter: (name, help, labelNames = []) => new Counter(base(name, help, labelNames)),
    gauge: (name, help, labelNames = []) => new Gauge(base(name, help, labelNames)),
    histogram: (name, help, buckets, labelNames = []) =>
      new Histogram({ ...base(name, help, labelNames), buckets: [...buckets] }),
    text: () => register.metrics(),
  }
}
