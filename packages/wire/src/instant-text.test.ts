import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readInstant } from './instant-text.ts'

const SEED = 20261123
const part = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'))

describe('readInstant', () => {
  it.each([
    ['2026-11-22T08:00:00+07:00', '2026-11-22T01:00:00.000Z'],
    ['2026-11-22T08:00:00Z', '2026-11-22T08:00:00.000Z'],
    ['2026-11-22t08:00:00z', '2026-11-22T08:00:00.000Z'],
    ['2026-11-22 08:00:00Z', '2026-11-22T08:00:00.000Z'],
    ['2026-11-22T08:00:00.5Z', '2026-11-22T08:00:00.500Z'],
    ['2026-11-22T08:00:00.123999999Z', '2026-11-22T08:00:00.123Z'],
    ['2026-11-22T08:00:00.05-00:00', '2026-11-22T08:00:00.050Z'],
    ['2026-12-31T23:59:59-11:30', '2027-01-01T11:29:59.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
  ])('%s', (text, iso) => {
    expect(readInstant(text)).toBe(Date.parse(iso))
  })

  it.each(['2026-11-22T08:00:00', '2026-11-22 08:00:00', '2026-11-22T08:00:00.123'])('%s has no zone', (text) => {
    expect(readInstant(text)).toBe('without-zone')
  })

  it.each([
    '',
    'now',
    '1795341600000',
    '2026-11-22',
    '2026-11-22T08:00Z',
    '2026-11-22T08:00+07:00',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-11-00T00:00:00Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T08:60:00Z',
    '2026-11-22T08:00:60Z',
    '2026-11-22T08:00:00.Z',
    '2026-11-22T08:00:00,5Z',
    '2026-11-22T08:00:00+0700',
    '2026-11-22T08:00:00+07',
    '2026-11-22T08:00:00+24:00',
    '2026-11-22T08:00:00+07:60',
    '2026-11-22T08:00:00ZZ',
    '2026-11-22T08:00:00Z ',
    ' 2026-11-22T08:00:00Z',
    '2026/11/22T08:00:00Z',
    '2026-11-22_08:00:00Z',
    '22.11.2026 08:00:00Z',
    '20260-11-22T08:00:00Z',
    '1969-12-31T23:59:59Z',
    '２０２６-11-22T08:00:00Z',
    `2026-11-22T08:00:00.${'0'.repeat(60)}Z`,
  ])('%j is malformed', (text) => {
    expect(readInstant(text)).toBe('malformed')
  })

  const moments = fc.integer({ min: 0, max: Date.UTC(9999, 11, 30) })
  const zones = fc.integer({ min: -23 * 60, max: 23 * 60 })

  it('agrees with Date on every moment in every zone', () => {
    fc.assert(
      fc.property(moments, zones, (moment, zone) => {
        fc.pre(moment + zone * 60_000 >= 0)
        const local = new Date(moment + zone * 60_000).toISOString().slice(0, -1)
        const [hours, minutes] = [Math.floor(Math.abs(zone) / 60), Math.abs(zone) % 60].map((n) =>
          String(n).padStart(2, '0'),
        )
        const text = `${local}${zone < 0 ? '-' : '+'}${hours}:${minutes}`
        expect(readInstant(text)).toBe(moment)
        expect(Date.parse(text)).toBe(moment)
      }),
      { seed: SEED, numRuns: 2_000 },
    )
  })

  it('accepts no date that Date would have to bend', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1970, max: 2110 }), part(14), part(33), part(25), part(61), (year, ...rest) => {
        const [month, day, hour, minute] = rest
        const text = `${year}-${month}-${day}T${hour}:${minute}:00Z`
        const read = readInstant(text)
        const date = new Date(text)
        const isReal = !Number.isNaN(date.getTime()) && date.toISOString() === text.replace('Z', '.000Z')
        expect(read).toBe(isReal ? date.getTime() : 'malformed')
      }),
      { seed: SEED, numRuns: 2_000 },
    )
  })
})
