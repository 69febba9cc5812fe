import { expect, test } from 'vitest'
import { mergeMetrics } from './metrics-text.ts'

test('families stand once, with all their samples together', () => {
  const api = `# HELP cpu_seconds CPU
# TYPE cpu_seconds counter
cpu_seconds{service="api"} 1

# HELP req Requests
# TYPE req histogram
req_bucket{le="1",service="api"} 2
req_sum{service="api"} 3
req_count{service="api"} 2
`
  const broker = `# HELP cpu_seconds CPU
# TYPE cpu_seconds counter
cpu_seconds{service="broker"} 4
# HELP cpu_seconds_total other
# TYPE cpu_seconds_total counter
cpu_seconds_total 9
`
  expect(mergeMetrics([api, broker])).toBe(`# HELP cpu_seconds CPU
# TYPE cpu_seconds counter
cpu_seconds{service="api"} 1
cpu_seconds{service="broker"} 4
# HELP req Requests
# TYPE req histogram
req_bucket{le="1",service="api"} 2
req_sum{service="api"} 3
req_count{service="api"} 2
# HELP cpu_seconds_total other
# TYPE cpu_seconds_total counter
cpu_seconds_total 9
`)
})

test.each([
  ['nothing', '', ''],
  ['a sample without a head', 'up 1\n', 'up 1\n'],
  ['comments and empty lines', '# EOF\n\nup 1\n', 'up 1\n'],
])('%s', (_name, text, merged) => expect(mergeMetrics([text])).toBe(merged))
