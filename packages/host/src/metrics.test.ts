import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

test('names carry the prefix and the service label; the process itself is measured too', async () => {
  const metrics = createMetrics('api')
  metrics.counter('requests_total', 'Requests.', ['route']).inc({ route: '/x' }, 3)
  metrics.gauge('streams_open', 'Open streams.').set(2)
  metrics.histogram('answer_seconds', 'Time to answer.', [0.1, 1]).observe(0.5)
  const text = await metrics.text()
  expect(text).toContain('parkpulse_api_requests_total{route="/x",service="api"} 3')
  expect(text).toContain('parkpulse_api_streams_open{service="api"} 2')
  expect(text).toContain('parkpulse_api_answer_seconds_bucket{le="1",service="api"} 1')
  expect(text).toContain('process_resident_memory_bytes{service="api"}')
  expect(text).toContain('nodejs_eventloop_lag_seconds{service="api"}')
})

test('two boards do not share names, but one board refuses the same name twice', () => {
  createMetrics('a').counter('seen_total', 'Seen.')
  const board = createMetrics('a')
  board.counter('seen_total', 'Seen.')
  expect(() => board.counter('seen_total', 'Seen.')).toThrow(/already been registered/)
})
