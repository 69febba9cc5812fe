// The environment: every variable that ParkPulse reads, as one schema. The README's table and this file are compared by a test.

import path from 'node:path'
import { z } from 'zod'

/** Day, in milliseconds and its plausible multiples, are the only reason for the bounds below unless said otherwise. */
const wholeNumber = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${low} to ${high}`)
    .transform(Number)
    .refine((value) => value >= low && value <= high, `must be a whole number from ${low} to ${high}`)

/** 0 lets the system choose, which only makes sense in tests of a single service. */
const port = wholeNumber(0, 65_535)

const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `must be one of: ${words.join(', ')}` })

const host = z.string().regex(/^[\w.:%-]{1,255}$/, 'must be a host name or an IP address')

/** A choice with one answer yet: the other one is refused rather than silently replaced by the first. */
const soFar = <const Word extends string>(word: Word, other: string) =>
  z.literal(word, { error: `must be ${word}; ${other} is not available yet` })

/** One row per variable: its name, its default as it would be written in the environment, and what it must be. */
export const environment = {
  data: { name: 'PARKPULSE_DATA', standard: './data', schema: z.string().transform((folder) => path.resolve(folder)) },
  mqttHost: { name: 'PARKPULSE_MQTT_HOST', standard: '0.0.0.0', schema: host },
  mqttPort: { name: 'PARKPULSE_MQTT_PORT', standard: '1883', schema: port },
  httpHost: { name: 'PARKPULSE_HTTP_HOST', standard: '127.0.0.1', schema: host },
  httpPort: { name: 'PARKPULSE_HTTP_PORT', standard: '8080', schema: port },
  store: { name: 'PARKPULSE_STORE', standard: 'sqlite', schema: soFar('sqlite', 'InfluxDB') },
  registry: { name: 'PARKPULSE_REGISTRY', standard: 'sqlite', schema: soFar('sqlite', 'PostgreSQL') },
  simulator: { name: 'PARKPULSE_SIMULATOR', standard: 'on', schema: oneOf(['on', 'off']) },
  lang: { name: 'PARKPULSE_LANG', standard: 'vi', schema: oneOf(['vi', 'en']) },
  logLevel: { name: 'PARKPULSE_LOG_LEVEL', standard: 'info', schema: oneOf(['debug', 'info', 'warn', 'error']) },
  /** Below 2 ms the group commit degenerates into one fsync per message; above 50 ms the acknowledgement promise breaks. */
  commitIntervalMs: { name: 'PARKPULSE_COMMIT_INTERVAL_MS', standard: '3', schema: wholeNumber(2, 50) },
  /** A day at most: whoever waits longer for silent meters wants no closed hours at all. */
  settleMinutes: { name: 'PARKPULSE_SETTLE_MINUTES', standard: '10', schema: wholeNumber(0, 1_440) },
  journalRetentionDays: { name: 'PARKPULSE_JOURNAL_RETENTION_DAYS', standard: '30', schema: wholeNumber(1, 3_650) },
  segmentMiB: { name: 'PARKPULSE_SEGMENT_MIB', standard: '64', schema: wholeNumber(1, 1_024) },
} as const

export type Setting = keyof typeof environment
