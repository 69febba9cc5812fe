// The README's examples are executed and its table is compared, so that both stay true.

import { vocabulary } from '@parkpulse/metering'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { decode } from './decode.ts'

const readme = readFileSync(path.join(import.meta.dirname, '../README.md'), 'utf8')
const receivedAt = Date.parse('2026-11-22T08:05:00+07:00')
const read = (payload: string, topic = 'parkpulse/v1/p/s/m/readings') =>
  decode({ topic, payload: new TextEncoder().encode(payload), receivedAt })

const examples = [...readme.matchAll(/```json accepted( gateway)?\n([^`]+)```/g)].map(([, gateway, json = '']) => ({
  json,
  topic: gateway === undefined ? 'parkpulse/v1/p/s/m/readings' : 'parkpulse/v1/p/s/readings',
}))
const bad = [...readme.matchAll(/^\| `([a-z0-9-]+)` \| `(.+)` \|$/gm)].map(([, word = '', json = '']) => [word, json])

describe('README', () => {
  it('has its examples', () => {
    expect([examples.length, bad.length]).toEqual([3, 12])
  })

  it.each(examples)('accepts $json', ({ json, topic }) => {
    const decoded = read(json, topic)
    expect(decoded).toMatchObject({ kind: 'values', refused: [] })
    expect(decoded.kind === 'values' && decoded.values.length).toBeGreaterThan(1)
  })

  it.each(bad)('%s: %s', (word, json) => {
    const decoded = read(json)
    expect(decoded.kind === 'rejected' ? decoded.reason : decoded.refused[0]?.check).toBe(word)
  })

  it('shows the whole vocabulary', () => {
    const rows = vocabulary.map(
      ({ name, obis = '', kind, commodities, fieldUnit, baseUnit, label }) =>
        `| \`${name}\` | ${obis} | ${label.en} | ${kind} | ${commodities.join(', ')} | ${fieldUnit} | ${kind === 'cumulative' ? baseUnit : ''} |`,
    )
    const table = [
      '| name | OBIS | what | kind | commodities | unit | kept as |',
      '|---|---|---|---|---|---|---|',
      ...rows,
    ].join('\n')
    expect(readme.split('<!-- vocabulary -->\n')[1]?.split('\n<!-- /vocabulary -->')[0]).toBe(table)
  })
})
