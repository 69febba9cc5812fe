import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Config, describeConfig, readConfig } from './config.ts'
import { environment } from './environment.ts'

function configOf(env: NodeJS.ProcessEnv): Config {
  const outcome = readConfig(env)
  if (outcome.kind === 'invalid') throw new Error(outcome.problems.join('; '))
  return outcome.config
}

describe('readConfig', () => {
  test('an empty environment gives the standard settings, frozen', () => {
    const config = configOf({ HOME: '/root' })
    expect(config).toEqual({
      data: path.resolve('data'),
      mqttHost: '0.0.0.0',
      mqttPort: 1883,
      httpHost: '127.0.0.1',
      httpPort: 8080,
      store: 'sqlite',
      registry: 'sqlite',
      simulator: 'on',
      lang: 'vi',
      logLevel: 'info',
      commitIntervalMs: 3,
      settleMinutes: 10,
      journalRetentionDays: 30,
      segmentMiB: 64,
    })
    expect(Object.isFrozen(config)).toBe(true)
  })

  test.each([
    ['PARKPULSE_DATA', '/var/lib/park pulse', { data: '/var/lib/park pulse' }],
    ['PARKPULSE_MQTT_HOST', '::1', { mqttHost: '::1' }],
    ['PARKPULSE_HTTP_PORT', '0', { httpPort: 0 }],
    ['PARKPULSE_COMMIT_INTERVAL_MS', '50', { commitIntervalMs: 50 }],
    ['PARKPULSE_SETTLE_MINUTES', '0', { settleMinutes: 0 }],
    ['PARKPULSE_LANG', '', { lang: 'vi' }],
  ])('%s=%s is taken', (name, value, expected) => {
    expect(configOf({ [name]: value })).toMatchObject(expected)
  })

  test.each([
    ['PARKPULSE_MQTT_PORT', '65536', 'must be a whole number from 0 to 65535, not "65536"'],
    ['PARKPULSE_MQTT_PORT', ' 1883', 'must be a whole number'],
    ['PARKPULSE_MQTT_PORT', '1e3', 'must be a whole number'],
    ['PARKPULSE_HTTP_HOST', 'a b', 'must be a host name'],
    ['PARKPULSE_STORE', 'duckdb', 'must be sqlite; InfluxDB is not available yet'],
    ['PARKPULSE_SIMULATOR', 'ON', 'must be one of: on, off'],
    ['PARKPULSE_COMMIT_INTERVAL_MS', '1', 'must be a whole number from 2 to 50'],
    ['PARKPULSE_REGISTRY', 'mysql://root:secret@db', 'must be sqlite; PostgreSQL is not available yet'],
    ['PARKPULSE_HTPP_PORT', '8080', 'no such setting'],
    ['PARKPULSE_HTTP_PORT', '1883', 'MQTT is on port 1883 already'],
  ])('%s=%s is a problem', (name, value, problem) => {
    const outcome = readConfig({ [name]: value })
    expect(outcome).toMatchObject({ kind: 'invalid', problems: [expect.stringContaining(`${name}: ${problem}`)] })
  })

  test('all problems come at once, and none repeats a password', () => {
    const outcome = readConfig({ PARKPULSE_X: '1', PARKPULSE_LANG: 'de', PARKPULSE_REGISTRY: 'mysql://root:secret@db' })
    if (outcome.kind !== 'invalid') throw new Error('must not be valid')
    expect(outcome.problems).toHaveLength(3)
    expect(outcome.problems.join('\n')).not.toContain('secret')
  })
})

test('describeConfig shows every setting', () => {
  const text = describeConfig(configOf({ PARKPULSE_MQTT_PORT: '1884' }))
  for (const { name } of Object.values(environment)) expect(text).toContain(`${name}=`)
  expect(text).toContain('PARKPULSE_MQTT_PORT=1884')
})

test('the table in the README lists exactly the settings of the schema, with their defaults', () => {
  const readme = readFileSync(path.join(import.meta.dirname, '../README.md'), 'utf8')
  const rows = [...readme.matchAll(/^\| `(PARKPULSE_\w+)` \| `([^`]*)` \|/gm)].map((row) => [row[1], row[2]])
  expect(rows).toEqual(Object.values(environment).map(({ name, standard }) => [name, standard]))
})
