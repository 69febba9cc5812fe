import { readConfig } from '@parkpulse/host'
import { describe, expect, test } from 'vitest'
import { statusLine, sumOf } from './status.ts'
import { backOffMs } from './supervise.ts'
import { welcomeLines } from './welcome.ts'

const METRICS = `# HELP parkpulse_ingestion_values_total Values
# TYPE parkpulse_ingestion_values_total counter
parkpulse_ingestion_values_total{outcome="stored",service="ingestion"} 1200
parkpulse_ingestion_values_total{outcome="repeated",service="ingestion"} 30
parkpulse_ingestion_values_total_sum 5
parkpulse_ingestion_lag_bytes{service="ingestion"} 1.5e3
`

test.each([
  ['all samples', 'parkpulse_ingestion_values_total', undefined, 1_230],
  ['one label', 'parkpulse_ingestion_values_total', 'outcome="stored"', 1_200],
  ['exponents', 'parkpulse_ingestion_lag_bytes', undefined, 1_500],
  ['a metric that is not there is not zero', 'parkpulse_ingestion_lag', undefined, undefined],
])('sumOf: %s', (_, name, label, expected) => {
  expect(sumOf(METRICS, name, label)).toBe(expected)
})

describe('statusLine', () => {
  const before = { at: 0, readings: 1_000, missing: [] }

  test('rates from two looks, the rest as it is', () => {
    const now = { at: 30_000, readings: 76_000, connections: 62, hours: 6_240, firing: 2, missing: [] }
    expect(statusLine(before, now, 'en')).toBe(
      '2 500 readings/s · 62 connections · 6 240 hours closed · 2 alerts firing',
    )
  })

  test('a counter that fell began again with its process', () => {
    expect(statusLine(before, { at: 10_000, readings: 50, missing: [] }, 'en')).toBe('5 readings/s')
  })

  test('what is not known is left out, who does not answer is named', () => {
    expect(statusLine(before, { at: 10_000, firing: 0, missing: ['ingestion'] }, 'en')).toBe(
      '0 alerts firing · not answering: ingestion',
    )
  })
})

test('back-off doubles from half a second to fifteen', () => {
  expect([0, 1, 2, 3, 4, 5, 50].map(backOffMs)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
})

test.each([
  ['/srv/park', '/srv/park/data', '$(cat data/admin.key)'],
  ['/srv/my park', '/srv/my park/data here', "$(cat 'data here/admin.key')"],
  ['/home/me', '/srv/park/data', '$(cat /srv/park/data/admin.key)'],
])('from %s the key of %s is fetched with %s', (cwd, data, expected) => {
  const outcome = readConfig({ PARKPULSE_DATA: data, PARKPULSE_HTTP_HOST: '0.0.0.0', PARKPULSE_HTTP_PORT: '8081' })
  if (outcome.kind !== 'config') throw new Error('not valid')
  const text = welcomeLines(outcome.config, cwd).join('\n')
  expect(text).toContain(`curl -H "Authorization: Bearer ${expected}" http://127.0.0.1:8081/api/v1/meters`)
  expect(text).toContain('mqtt://0.0.0.0:1883')
})
