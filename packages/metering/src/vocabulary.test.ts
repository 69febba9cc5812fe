import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitsBase, fromBase, toBase } from './base-unit.ts'
import { isId } from './id.ts'
import { quantityNamed, readVocabulary, vocabulary, type Quantity } from './vocabulary.ts'

const named = (name: string): Quantity => {
  const quantity = quantityNamed(name)
  if (quantity === undefined) throw new Error(`not in the vocabulary: ${name}`)
  return quantity
}

describe('the contract', () => {
  // The contract of payload version 1, row by row
  const contract: [
    commodity:
      | 'electricity'
      | 'water'
      | 'reclaimed-water'
      | 'wastewater'
      | 'natural-gas'
      | 'steam'
      | 'heat'
      | 'surroundings',
    names: string,
  ][] = [
    [
      'electricity',
      'active_energy_import_kwh active_energy_export_kwh reactive_energy_import_kvarh reactive_energy_export_kvarh',
    ],
    [
      'electricity',
      'active_power_kw power_factor voltage_l1_v voltage_l2_v voltage_l3_v current_l1_a current_l2_a current_l3_a frequency_hz',
    ],
    ['water', 'volume_m3 flow_m3_h pressure_bar'],
    ['reclaimed-water', 'volume_m3 flow_m3_h pressure_bar'],
    ['wastewater', 'volume_m3 flow_m3_h ph temperature_c cod_mg_l bod5_mg_l tss_mg_l ammonium_n_mg_l'],
    ['wastewater', 'total_nitrogen_mg_l total_phosphorus_mg_l colour_pt_co'],
    ['natural-gas', 'gas_volume_m3'],
    ['steam', 'steam_mass_t'],
    ['heat', 'heat_energy_kwh'],
    ['surroundings', 'pm10_ug_m3 pm2_5_ug_m3 noise_db_a'],
  ]
  it.each(contract)('%s speaks of %s', (commodity, names) => {
    for (const name of names.split(' ')) expect(quantityNamed(name, commodity)?.name).toBe(name)
  })

  it.each([
    ['1.8.0', 'active_energy_import_kwh'],
    ['2.8.0', 'active_energy_export_kwh'],
    ['3.8.0', 'reactive_energy_import_kvarh'],
    ['4.8.0', 'reactive_energy_export_kvarh'],
    ['1.7.0', 'active_power_kw'],
    ['13.7.0', 'power_factor'],
    ['14.7.0', 'frequency_hz'],
    ['31.7.0', 'current_l1_a'],
    ['51.7.0', 'current_l2_a'],
    ['71.7.0', 'current_l3_a'],
    ['32.7.0', 'voltage_l1_v'],
    ['52.7.0', 'voltage_l2_v'],
    ['72.7.0', 'voltage_l3_v'],
  ])('%s is %s', (obis, name) => {
    expect(quantityNamed(obis)?.name).toBe(name)
  })

  it.each(['', 'active_energy_import', '1.8.1', '__proto__', 'constructor', 'ACTIVE_POWER_KW'])(
    'knows no %j',
    (name) => {
      expect(quantityNamed(name)).toBeUndefined()
    },
  )

  it('does not let a water meter speak of energy', () => {
    expect(quantityNamed('active_energy_import_kwh', 'water')).toBeUndefined()
  })
})

describe('rows', () => {
  const good = structuredClone(vocabulary[0]) as Record<string, unknown>
  it.each([
    ['without a source', { source: undefined }, /source lacks/],
    ['with a source without a mark', { source: { title: 'a book' } }, /source lacks/],
    ['with a blank source', { source: { title: ' ', mark: 'V1' } }, /source lacks/],
    ['with defaults nobody vouches for', { defaultsSource: undefined }, /defaultsSource lacks/],
    ['without a Vietnamese name', { label: { en: 'x' } }, /label lacks/],
    ['with an odd name', { name: 'Energy kWh' }, /name is not/],
    ['with an odd code', { obis: '1-0:1.8.0' }, /obis is not/],
    ['with an unknown commodity', { commodities: ['coal'] }, /commodities/],
    ['without a unit', { fieldUnit: '' }, /fieldUnit is missing/],
    ['of no kind', { kind: 'interval' }, /kind is neither/],
    ['with half a base unit', { basePerField: 0.5 }, /basePerField/],
    [
      'with a resolution beyond its capacity',
      { defaults: { resolution: 2, capacity: 1, mostPerHour: 1 } },
      /defaults lack/,
    ],
    [
      'with a resolution below a base unit',
      { defaults: { resolution: 0.0001, capacity: 1, mostPerHour: 1 } },
      /less than one/,
    ],
    ['with a capacity beyond 2^53', { defaults: { resolution: 1, capacity: 1e13, mostPerHour: 1 } }, /beyond exact/],
    ['of a gauge with a base unit', { kind: 'momentary', defaults: { low: 0, high: 1 } }, /no base unit/],
    [
      'of a gauge without a range',
      { kind: 'momentary', basePerField: 1, baseUnit: 'kWh', defaults: { low: 1, high: 1 } },
      /low < high/,
    ],
  ])('a row %s is refused', (_, change, problem) => {
    expect(() => readVocabulary([{ ...good, ...change }])).toThrow(problem)
  })

  it('names every bad row in one error', () => {
    expect(() => readVocabulary([{ ...good, fieldUnit: '' }, 7, good, good])).toThrow(
      /fieldUnit[^]*row 1: not an object[^]*is taken by/,
    )
  })

  it.each([[[]], [{}], [undefined]])('%j is no vocabulary', (rows) => {
    expect(() => readVocabulary(rows)).toThrow('not a list')
  })

  it('takes a good row', () => {
    expect(readVocabulary([good])).toHaveLength(1)
  })
})

describe('base units', () => {
  it.each([
    ['active_energy_import_kwh', 1234567.89, 1_234_567_890],
    ['active_energy_import_kwh', 0.1 + 0.2, 300],
    ['active_energy_import_kwh', 1.0005, 1001],
    ['active_energy_import_kwh', -0.0001, 0],
    ['active_energy_import_kwh', 9_007_199_254_740.99, 9_007_199_254_740_990],
    ['active_energy_import_kwh', 8_007_199_254_740.123, 8_007_199_254_740_123],
    ['active_energy_import_kwh', -8_007_199_254_740.123, -8_007_199_254_740_123],
    ['reactive_energy_import_kvarh', 0.029, 29],
    ['volume_m3', 4.35, 4350],
    ['gas_volume_m3', 1.005, 1005],
    ['steam_mass_t', 12.345678, 12_345_678],
    ['heat_energy_kwh', 7, 7000],
    ['power_factor', 0.93, 0.93],
  ])('%s %d is %d', (name, field, base) => {
    expect(toBase(named(name), field)).toBe(base)
  })

  it.each([9_007_199_254_740.992, -9.1e12, 1e300, Infinity, Number.NaN])('%d kWh is refused', (value) => {
    expect(() => toBase(named('active_energy_import_kwh'), value)).toThrow(RangeError)
    expect(fitsBase(named('active_energy_import_kwh'), value)).toBe(false)
  })

  it('comes back as it went in, for every integer', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...vocabulary.filter(({ kind }) => kind === 'cumulative')),
        fc.maxSafeInteger(),
        (quantity, base) => {
          const there = fromBase(quantity, base)
          // above 2^43 a double of thousandths no longer tells neighbours apart: then at most one unit is lost
          const slack = Math.abs(base) < 2 ** 52 ? 0 : 1
          if (fitsBase(quantity, there)) expect(Math.abs(toBase(quantity, there) - base)).toBeLessThanOrEqual(slack)
        },
      ),
      { seed: 20261123 },
    )
  })
})

describe('ids', () => {
  it.each(['a', '0', 'm-1', 'a'.repeat(40), 'a--'])('%j is one', (id) => {
    expect(isId(id)).toBe(true)
  })
  it.each(['', '-a', 'A', 'a_b', 'a.b', 'a'.repeat(41), 'a\n', 'ă', 'a/b', 'a b', 'a\u0000'])('%j is none', (id) => {
    expect(isId(id)).toBe(false)
  })
})
