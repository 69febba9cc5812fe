import { describe, expect, it } from 'vitest'
import rows from '../data/grid-factors-vn.json' with { type: 'json' }
import { factorBook, findFactor, shippedFactors } from './factor-book.ts'

const row = rows[0] as Record<string, unknown>
const without = (name: string) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== name))
const grid = { quantity: 'active_energy_import_kwh', gridRegion: 'VN', scope: 2, method: 'location' } as const
const factorAt = (at: string) => {
  const found = findFactor(shippedFactors, { ...grid, at: Date.parse(at) })
  return found.kind === 'one' ? `${found.factor.id} ${found.status}` : found.kind
}

describe('the factor that speaks for an hour', () => {
  it.each([
    ['the last hour before the first row', '2013-12-31T23:00:00+07:00', 'none'],
    ['the first hour of the first row', '2014-01-01T00:00:00+07:00', 'vn-grid-2014 official'],
    [
      'still the old year by local time, although 2018 in UTC + 7 begins at 17:00Z',
      '2017-12-31T16:00:00Z',
      'vn-grid-2017 official',
    ],
    ['the new year by local time, although still 2017 in UTC', '2017-12-31T17:00:00Z', 'vn-grid-2018 official'],
    ['the last hour that has its own factor', '2023-12-31T16:00:00Z', 'vn-grid-2023 official'],
    ['a year not yet published', '2023-12-31T17:00:00Z', 'vn-grid-2023 provisional'],
    ['several years not yet published', '2026-11-22T08:00:00+07:00', 'vn-grid-2023 provisional'],
  ])('%s', (_case, at, expected) => expect(factorAt(at)).toBe(expected))

  it.each([
    ['a region the book has never heard of', { ...grid, gridRegion: 'LA' }],
    ['a quantity without rows', { ...grid, quantity: 'volume_m3' }],
    ['a method without rows', { ...grid, method: 'market' as const }],
  ])('%s: none', (_case, subject) =>
    expect(findFactor(shippedFactors, { ...subject, at: Date.parse('2020-06-01T00:00:00Z') })).toEqual({
      kind: 'none',
    }),
  )

  it('says several for a book that nobody checked', () => {
    const [factor] = shippedFactors.factors
    if (factor === undefined) throw new Error('the book is empty')
    const twice = {
      factors: [factor, factor],
      bySubject: new Map([[`${grid.quantity} VN 2 location`, [factor, factor]]]),
    }
    expect(findFactor(twice, { ...grid, at: factor.validity.from })).toEqual({
      kind: 'several',
      ids: [factor.id, factor.id],
    })
  })
})

describe('the shipped rows', () => {
  it.each([
    [2014, 0.6612],
    [2015, 0.8154],
    [2016, 0.9185],
    [2017, 0.8649],
    [2018, 0.913],
    [2019, 0.8458],
    [2020, 0.8041],
    [2021, 0.7221],
    [2022, 0.6766],
    [2023, 0.6592],
  ])('data year %d: %d tCO2/MWh, no CH4 or N2O included', (year, tonnes) => {
    const factor = shippedFactors.factors.find((candidate) => candidate.id === `vn-grid-${year}`)
    expect(factor?.gasesKg.co2).toBe(Number((tonnes * 1000).toFixed(1)))
    expect(factor?.per).toBe('MWh')
    expect(factor?.notIncluded).toEqual(['ch4', 'n2o'])
    expect(factor?.mark).toBe('V1')
  })
})

describe('a book is refused', () => {
  it.each([
    ['no source', without('source'), 'source is missing'],
    ['a blank source', { ...row, source: '  ' }, 'source is missing'],
    ['no confidence', without('mark'), 'mark (confidence) must be V1, V2, MEM'],
    ['no beginning', without('from'), 'from must be a full hour'],
    ['no end', without('until'), 'until must be a full hour'],
    ['an instant without a zone', { ...row, from: '2014-01-01T00:00:00' }, 'from must be a full hour'],
    ['a 13th month', { ...row, from: '2014-13-01T00:00:00+07:00' }, 'from must be a full hour'],
    ['an end before the beginning', { ...row, until: '2013-01-01T00:00:00+07:00' }, 'from must be before until'],
    ['a gas neither given nor left out', { ...row, notIncluded: ['ch4'] }, 'n2o must stand either'],
    ['a gas both given and left out', { ...row, notIncluded: ['co2', 'ch4', 'n2o'] }, 'co2 must stand either'],
    ['a negative mass', { ...row, gasesKg: { co2: -1 } }, 'gasesKg.co2 must be a number'],
    ['a mass as text', { ...row, gasesKg: { co2: '661.2' } }, 'gasesKg.co2 must be a number'],
    ['an unknown gas', { ...row, gasesKg: { co2: 1, sf6: 1 } }, 'sf6 is not a gas of the book'],
    ['an unknown unit', { ...row, per: 'GWh' }, 'per must be'],
    ['an unknown field', { ...row, unit: 'kg' }, 'unit is not a field'],
    ['official from memory', { ...row, mark: 'MEM' }, 'cannot be official'],
    ['provisional as a row', { ...row, status: 'provisional' }, 'status must be official or unverified'],
    ['a market method outside scope 2', { ...row, scope: 1, method: 'market' }, 'only scope 2'],
    ['not an object', 'row', 'is not an object'],
  ])('%s', (_case, bad, problem) => expect(() => factorBook([bad])).toThrow(problem))

  it('when validities overlap, ids repeat, or it is no list', () => {
    const longer = { ...row, id: 'longer', until: '2016-01-01T00:00:00+07:00' }
    expect(() => factorBook([...rows, longer])).toThrow('longer and vn-grid-2015: their validities overlap')
    expect(() => factorBook([row, { ...row, gridRegion: 'LA' }])).toThrow('vn-grid-2014: the id stands 2 times')
    expect(() => factorBook({})).toThrow('not a list')
  })

  it('with all its problems in one error', () => {
    const bad = [without('source'), { ...without('mark'), id: 'b' }, { ...row, id: 'c' }, { ...row, id: 'd' }]
    expect(() => factorBook(bad)).toThrow(
      /\[0\] vn-grid-2014: source is missing\n\[1\] b: mark .*\nc and d: their validities overlap/,
    )
  })

  it('but not when the same period speaks of another region', () => {
    expect(factorBook([row, { ...row, id: 'la-grid-2014', gridRegion: 'LA' }]).factors).toHaveLength(2)
  })
})
