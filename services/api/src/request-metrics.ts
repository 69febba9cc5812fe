// Requests, counted and timed by route.

import type { Metrics } from '@parkpulse/host'
import type { App } from './app-type.ts'
import type { Live } from './live.ts'

/** Around the promises: a meter's month within 50 ms, a park's year within 200 ms. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5]

export function countRequests(app: App, metrics: Metrics, live: Live): void {
  const seconds = metrics.histogram('request_seconds', 'Time to answer, by route and status', SECONDS, [
    'method',
    'route',
    'status',
  ])
  const subscribers = metrics.gauge('live_subscribers', 'Streams of live events that are open')
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    seconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
    subscribers.set(live.count())
  })
}
