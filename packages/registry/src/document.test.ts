// Park documents: everything that can be wrong, with its path and line; all at once.

import { describe, expect, it } from 'vitest'
import { emptyBook } from './book.ts'
import { draftDocument, parseText, PROBLEMS_MAX, type DraftedDocument } from './document.ts'
import { draftOn } from './draft.ts'

const read = (text: string): DraftedDocument => {
  const parsed = parseText(text)
  return parsed.kind === 'invalid'
    ? { puts: [], problems: parsed.problems }
    : draftDocument(draftOn(emptyBook(), 0, 0), parsed)
}
const said = (text: string): readonly string[] =>
  read(text).problems.map(({ path, line, problem }) => `${line ?? '-'} ${path}: ${problem}`)

const PARK = 'park: { id: p, name: P, timeZone: UTC, gridRegion: VN }\n'
const SITE = `${PARK}sites:\n- id: s\n  name: S\n  meters:\n`
const METER = `${SITE}  - { id: m, name: M, commodity: water }\n`
const RULE = `rules:\n- kind: limit\n  id: r\n  quantity: flow_m3_h\n  breach: above\n  severity: info\n  advice: { vi: a, en: b }\n`

describe('a document with something wrong', () => {
  it.each([
    ['nothing', '', '- .: must be an object'],
    ['a list', '- a', '1 .: must be an object'],
    ['broken YAML', `${PARK}sites: [`, '2 .: Flow sequence in block collection'],
    ['a key twice', `${PARK}sites: []\nsites: []`, '3 .: Map keys must be unique'],
    ['no sites', PARK, '1 sites: must be a list'],
    ['a key nobody knows', `${PARK}sites: []\nsitse: []`, '3 sitse: is not known here'],
    ['no park', 'sites: []', '1 park: must be an object'],
    ['a park id', `park: { id: P, name: P, timeZone: UTC, gridRegion: VN }\nsites: []`, '1 park.id: must be an id'],
    [
      'a zone',
      `park:\n  { id: p, name: P, timeZone: Hanoi, gridRegion: VN }\nsites: []`,
      '2 park.timeZone: must be an',
    ],
    ['a region', `park: { id: p, name: P, timeZone: UTC,\n  gridRegion: vn }\nsites: []`, '2 park.gridRegion: must be'],
    ['no name', `${PARK}sites:\n- id: s`, '3 sites[0].name: must be a name'],
    ['a blank name', `${PARK}sites:\n- id: s\n  name: ' '`, '4 sites[0].name: must be 1 to 200'],
    ['a site that is text', `${PARK}sites:\n- s`, '3 sites[0]: must be an object'],
    ['a site twice', `${PARK}sites:\n- { id: s, name: S }\n- { id: s, name: T }`, '4 sites[1].id: is listed twice: s'],
    [
      'a number as id',
      `${SITE}  - { id: 7, name: M, commodity: water }`,
      '6 sites[0].meters[0].id: must be an id (text)',
    ],
    [
      'a long id',
      `${SITE}  - { id: ${'a'.repeat(41)}, name: M, commodity: water }`,
      '6 sites[0].meters[0].id: must be',
    ],
    [
      'a meter twice',
      `${METER}  - { id: m, name: N, commodity: water }`,
      '7 sites[0].meters[1].id: is listed twice: m',
    ],
    ['a commodity', `${SITE}  - { id: m, name: M, commodity: beer }`, '6 sites[0].meters[0].commodity: must be one of'],
    [
      'a serial that is a number',
      `${SITE}  - { id: m, name: M, commodity: heat,\n      serial: 7 }`,
      '7 sites[0].meters[0].serial: must be text',
    ],
    [
      'no registers',
      `${SITE}  - { id: m, name: M, commodity: heat, registers: [] }`,
      '6 sites[0].meters[0].registers: must not be',
    ],
  ])('%s', (_, text, expected) => {
    expect(said(text)).toEqual([expect.stringContaining(expected)])
  })

  it.each([
    ['unknown', '{ quantity: beer_l }', 'quantity: is not in the vocabulary: beer_l'],
    ["another commodity's", '{ quantity: active_power_kw }', 'quantity: is no quantity of water'],
    ['zero', '{ quantity: volume_m3, multiplier: 0 }', 'multiplier: must be more than 0'],
    ['text', '{ quantity: volume_m3, multiplier: two }', 'multiplier: must be a finite number'],
    ['infinite', '{ quantity: volume_m3, capacity: .inf }', 'capacity: must be a finite number'],
    ['too large', '{ quantity: volume_m3, capacity: 1e15 }', 'capacity: must be at least 1 litre'],
    ['too fine', '{ quantity: volume_m3, resolution: 0.0001 }', 'resolution: must be at least 1 litre'],
    [
      'capacity first',
      '{ quantity: volume_m3, resolution: 10, capacity: 5 }',
      'resolution: must be less than the capacity',
    ],
    ['a gauge has no capacity', '{ quantity: flow_m3_h, capacity: 5 }', 'capacity: is for cumulative quantities'],
    ['a counter has no range', '{ quantity: volume_m3, low: 5 }', 'low: is for momentary quantities'],
    ['upside down', '{ quantity: flow_m3_h, low: 5, high: 5 }', 'low: must be less than high, 5'],
    ['unknown key', '{ quantity: flow_m3_h, hihg: 5 }', 'hihg: is not known here'],
  ])('a register: %s', (_, register, expected) => {
    const text = `${SITE}  - id: m\n    name: M\n    commodity: water\n    registers:\n    - ${register}\n`
    expect(said(text)).toEqual([expect.stringContaining(`10 sites[0].meters[0].registers[0].${expected}`)])
  })

  it('a register twice, once by its OBIS code', () => {
    const registers = '[{ quantity: active_power_kw },\n    { quantity: 1.7.0 }]'
    expect(said(`${SITE}  - { id: m, name: M, commodity: electricity, registers: ${registers} }`)).toEqual([
      '7 sites[0].meters[0].registers[1].quantity: is listed twice',
    ])
  })

  it.each([
    [
      'in milliseconds',
      '  limit: 5\n  holdMinutes: 1\n  holdMs: 5',
      '16 rules[0].holdMs: is not known here; write holdMinutes',
    ],
    ['without patience', '  limit: 5', '8 rules[0].holdMinutes: must be minutes'],
    ['without a limit', '  holdMinutes: 1', '8 rules[0].limit: must be a finite number'],
    ['upside down', '  limit: 5\n  clear: 6\n  holdMinutes: 1', '15 rules[0].clear: must not be above'],
    [
      'at no site',
      '  limit: 5\n  holdMinutes: 1\n  place:\n    site: x',
      '17 rules[0].place.site: is not registered: p/x',
    ],
    [
      'at no meter',
      '  limit: 5\n  holdMinutes: 1\n  place:\n    { site: s, meter: x }',
      '17 rules[0].place.meter: is not registered',
    ],
    [
      'of another park',
      '  limit: 5\n  holdMinutes: 1\n  place: { park: q }',
      '16 rules[0].place.park: is not known here',
    ],
    [
      'twice',
      `  limit: 5\n  holdMinutes: 1\n${RULE.slice(7)}  limit: 5\n  holdMinutes: 1`,
      '17 rules[1].id: is listed twice: r',
    ],
    ['with an unknown key', '  limit: 5\n  holdMinutes: 1\n  color: red', '16 rules[0].color: is not a field'],
  ])('a rule %s', (_, rule, expected) => {
    expect(said(`${METER}${RULE}${rule}\n`)).toEqual([expect.stringContaining(expected)])
  })

  it('tells all of it at once, whatever is wrong above', () => {
    const text = `park: { id: P, name: P, timeZone: UTC, gridRegion: VN }
sites:
- name: S
  meters:
  - { id: m, name: M, commodity: water, registers: [{ quantity: beer_l }] }
- { id: t, name: T, meters: [{ id: M, name: M, commodity: water }] }
rules:
- 7
`
    expect(read(text).problems.map(({ path, line }) => `${line} ${path}`)).toEqual([
      '1 park.id',
      '3 sites[0].id',
      '5 sites[0].meters[0].registers[0].quantity',
      '6 sites[1].meters[0].id',
      '8 rules[0]',
    ])
  })

  it('tells the lines of JSON, too', () => {
    const text =
      '{\n\t"park": {"id": "p", "name": "P", "timeZone": "UTC", "gridRegion": "VN"},\n\t"sites": [\n\t\t{"id": "-"}\n]}'
    expect(said(text)).toEqual([
      expect.stringContaining('4 sites[0].id: must be an id'),
      expect.stringContaining('4 sites[0].name: must be a name'),
    ])
  })

  it('stops after the first thousand', () => {
    const text = `${PARK}sites:\n${'- {}\n'.repeat(PROBLEMS_MAX)}`
    const { problems } = read(text)
    expect(problems).toHaveLength(PROBLEMS_MAX + 1)
    expect(problems.at(-1)?.problem).toBe(`and ${PROBLEMS_MAX} more problems`)
  })

  it('is not blown up by aliases', () => {
    const bomb = Array.from({ length: 8 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`).join('\n')
    expect(said(`a0: &a0 [x]\n${bomb}`)).toEqual([expect.stringContaining('alias')])
  })
})

describe('a document with nothing wrong', () => {
  it('may leave out all but the places', () => {
    expect(read(`${PARK}sites: []`)).toEqual({ puts: ['created'], problems: [] })
    expect(read(`${METER}${RULE}  limit: 5\n  holdMinutes: 0.5\n`).puts).toHaveLength(4)
  })

  it('gives a meter without registers all quantities of its commodity', () => {
    const draft = draftOn(emptyBook(), 0, 0)
    const parsed = parseText(METER)
    if (parsed.kind === 'parsed') draftDocument(draft, parsed)
    const quantities = draft.meters.get('p/s/m')?.registers.map(({ quantity }) => quantity)
    expect(quantities).toEqual(['volume_m3', 'flow_m3_h', 'pressure_bar'])
  })

  it('reads a rule in minutes, with what was left out', () => {
    const draft = draftOn(emptyBook(), 0, 0)
    const parsed = parseText(`${METER}${RULE}  limit: 5\n  holdMinutes: 0.5\n`)
    if (parsed.kind === 'parsed') draftDocument(draft, parsed)
    expect(draft.rules.get('r')).toMatchObject({ place: { park: 'p' }, clear: 5, holdMs: 30_000, keepFiringMs: 0 })
  })
})
