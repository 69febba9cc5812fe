import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, MESSAGE_BYTES_MAX, READINGS_PER_MESSAGE_MAX, type Decoded } from './decode.ts'
import { refusalChecks, rejectionReasons } from './outcome.ts'

const SEED = 20261123
const receivedAt = Date.parse('2026-11-22T08:00:30+07:00')
const METER = 'parkpulse/v1/p/s/m/readings'
const GATEWAY = 'parkpulse/v1/p/s/readings'
const bytes = (payload: string) => new TextEncoder().encode(payload)
const read = (payload: string | Uint8Array, topic = METER): Decoded =>
  decode({ topic, payload: typeof payload === 'string' ? bytes(payload) : payload, receivedAt })
const told = (decoded: Decoded) => {
  if (decoded.kind === 'rejected') return [`rejected ${decoded.reason}`]
  const values = decoded.values.map(
    ({ meter, quantity, at, value }) => `${meter} ${quantity.name} ${value} @${at - receivedAt}`,
  )
  return [...values, ...decoded.refused.map(({ meter = '?', check }) => `${meter} refused ${check}`)]
}
const ph = (json: string) => `{"values":{"ph":${json}}}`
const at = (json: string) => `{"at":${json},"values":{"ph":7}}`

describe('one message', () => {
  it.each([
    ['a reading', '{"at":"2026-11-22T08:00:00+07:00","values":{"ph":7.1}}', ['m ph 7.1 @-30000']],
    ['in milliseconds', `{"at":${receivedAt - 5},"values":{"ph":7.1}}`, ['m ph 7.1 @-5']],
    ['without a time', ph('7.1'), ['m ph 7.1 @0']],
    [
      'in base units',
      '{"values":{"active_energy_import_kwh":1234567.89}}',
      ['m active_energy_import_kwh 1234567890 @0'],
    ],
    [
      'by OBIS code',
      '{"values":{"1.8.0":0.001,"32.7.0":230}}',
      ['m active_energy_import_kwh 1 @0', 'm voltage_l1_v 230 @0'],
    ],
    ['as text', ph('"7.10"'), ['m ph 7.1 @0']],
    ['as text with leading zeros', '{"values":{"1.8.0":"000123.4"}}', ['m active_energy_import_kwh 123400 @0']],
    ['as text with an exponent', ph('"71e-1"'), ['m ph 7.1 @0']],
    ['minus zero', '{"values":{"1.8.0":-0,"ph":-0}}', ['m active_energy_import_kwh 0 @0', 'm ph 0 @0']],
    ['a list', `[${ph('7')},${ph('8')}]`, ['m ph 7 @0', 'm ph 8 @0']],
    ['naming its own meter', '{"meter":"m","values":{"ph":7}}', ['m ph 7 @0']],
    ['with keys we do not know', '{"seq":7,"values":{"ph":7},"rssi":-70}', ['m ph 7 @0']],
    ['behind a byte order mark', `\uFEFF${ph('7')}`, ['m ph 7 @0']],
    ['with white space', ` \n${ph('7')}\r\n`, ['m ph 7 @0']],
    ['a key twice: the last one', '{"values":{"ph":7,"ph":8}}', ['m ph 8 @0']],
    [
      'a register twice, by name and code',
      '{"values":{"1.7.0":1,"active_power_kw":2}}',
      ['m active_power_kw 1 @0', 'm active_power_kw 2 @0'],
    ],
    ['the same reading twice', `[${at(String(receivedAt))},${at(String(receivedAt))}]`, ['m ph 7 @0', 'm ph 7 @0']],
  ])('%s', (_, payload, expected) => {
    expect(told(read(payload))).toEqual(expected)
  })
})

describe('a bad value is refused by name', () => {
  it.each([
    [ph('"12,5"'), 'not-a-number'],
    [ph('"0x10"'), 'not-a-number'],
    [ph('""'), 'not-a-number'],
    [ph('" 5 "'), 'not-a-number'],
    [ph('"+5"'), 'not-a-number'],
    [ph('".5"'), 'not-a-number'],
    [ph('"5."'), 'not-a-number'],
    [ph('"NaN"'), 'not-a-number'],
    [ph('"Infinity"'), 'not-a-number'],
    [ph('"1_000"'), 'not-a-number'],
    [ph('"７"'), 'not-a-number'],
    [ph(`"${'7'.repeat(31)}"`), 'not-a-number'],
    [ph('null'), 'not-a-number'],
    [ph('true'), 'not-a-number'],
    [ph('[7]'), 'not-a-number'],
    [ph('{"v":7}'), 'not-a-number'],
    [ph('1e400'), 'not-finite'],
    [ph('-1e400'), 'not-finite'],
    [ph('"1e400"'), 'not-finite'],
    ['{"values":{"1.8.0":1e13}}', 'too-big'],
    ['{"values":{"pH":7}}', 'unknown-quantity'],
    ['{"values":{"":7}}', 'unknown-quantity'],
    ['{"values":{"__proto__":7}}', 'unknown-quantity'],
    ['{"values":{"constructor":7}}', 'unknown-quantity'],
    ['{"values":{"\\ud800":7}}', 'unknown-quantity'],
    [at('"2026-11-22T08:00:00"'), 'time-without-zone'],
    [at('"2026-11-22"'), 'bad-time'],
    [at('"yesterday"'), 'bad-time'],
    [at('""'), 'bad-time'],
    [at('null'), 'bad-time'],
    [at('1.5'), 'bad-time'],
    [at('1e300'), 'bad-time'],
    [at('{}'), 'bad-time'],
    [at('"1795341600000"'), 'bad-time'],
    [at('1795341600'), 'before-2015'],
    [at('0'), 'before-2015'],
    [at('-1'), 'before-2015'],
    [at('"2014-12-31T23:59:59.999Z"'), 'before-2015'],
    [at(String(receivedAt + 600_001)), 'in-the-future'],
    [at('1795341600000000'), 'in-the-future'],
    ['{"meter":"n","values":{"ph":7}}', 'other-meter'],
    ['{"meter":7,"values":{"ph":7}}', 'other-meter'],
  ])('%s: %s', (payload, check) => {
    const decoded = read(payload)
    expect(decoded).toMatchObject({ kind: 'values', values: [], refused: [{ check }] })
    const [refused] = decoded.kind === 'values' ? decoded.refused : []
    expect(refused?.detail.isWellFormed()).toBe(true)
    expect(refused?.detail.startsWith('values')).toBe(true)
  })

  it.each([
    [at('"2015-01-01T00:00:00Z"'), Date.UTC(2015, 0, 1)],
    [at(String(receivedAt + 600_000)), receivedAt + 600_000],
  ])('%s is just in time', (payload, instant) => {
    expect(told(read(payload))).toEqual([`m ph 7 @${instant - receivedAt}`])
  })

  it('does not take its neighbours with it', () => {
    const decoded = read(
      '[{"values":{"ph":7,"cod_mg_l":"x","tss_mg_l":3}},{"at":"?","values":{"ph":1,"flow_m3_h":2}},5,{"values":{}},{"values":{"ph":8}}]',
    )
    expect(told(decoded)).toEqual([
      'm ph 7 @0',
      'm tss_mg_l 3 @0',
      'm ph 8 @0',
      'm refused not-a-number',
      'm refused bad-time',
      'm refused bad-time',
      'm refused not-a-reading',
      'm refused no-values',
    ])
    expect(decoded.kind === 'values' && decoded.refused.map(({ detail }) => detail)).toEqual([
      '[0].values.cod_mg_l: "x" is not a decimal number',
      '[1].values.ph: at "?" is neither RFC 3339 nor integer milliseconds',
      '[1].values.flow_m3_h: at "?" is neither RFC 3339 nor integer milliseconds',
      '[2]: an object with values is expected, not a number',
      '[3]: values is empty',
    ])
  })
})

describe('a gateway', () => {
  it('names a meter in each item', () => {
    const payload = '[{"meter":"a","values":{"ph":7}},{"meter":"b","values":{"ph":8}}]'
    expect(told(read(payload, GATEWAY))).toEqual(['a ph 7 @0', 'b ph 8 @0'])
  })

  it('may send a single item', () => {
    expect(told(read('{"meter":"a","values":{"ph":7}}', GATEWAY))).toEqual(['a ph 7 @0'])
  })

  it.each([
    '{"values":{"ph":7}}',
    '{"meter":"A","values":{"ph":7}}',
    '{"meter":"a/b","values":{"ph":7}}',
    '{"meter":5,"values":{"ph":7}}',
    '{"meter":null,"values":{"ph":7}}',
  ])('that names none is refused: %s', (payload) => {
    expect(told(read(payload, GATEWAY))).toEqual(['? refused no-meter'])
  })
})

describe('a message that holds no reading is rejected', () => {
  const nested = '['.repeat(200_000) + ']'.repeat(200_000)
  it.each([
    ['no bytes', '', 'empty-payload'],
    ['white space', '  ', 'not-json'],
    ['half a reading', '{"values":{"ph":7', 'not-json'],
    ['NaN', ph('NaN'), 'not-json'],
    ['Infinity', ph('Infinity'), 'not-json'],
    ['a trailing comma', '{"values":{"ph":7,}}', 'not-json'],
    ['two readings without a list', `${ph('7')}${ph('8')}`, 'not-json'],
    ['line protocol', 'meter ph=7.1 1795341600000', 'not-json'],
    ['a number', '7', 'not-a-reading'],
    ['a text', '"7"', 'not-a-reading'],
    ['null', 'null', 'not-a-reading'],
    ['no values', '{"at":"2026-11-22T08:00:00Z"}', 'not-a-reading'],
    ['values that are a list', '{"values":[7]}', 'not-a-reading'],
    ['values that are null', '{"values":null}', 'not-a-reading'],
    ['values that are inherited', '{"__proto__":{"values":{"ph":7}}}', 'not-a-reading'],
    ['empty values', '{"values":{}}', 'no-values'],
    ['an empty list', '[]', 'no-values'],
    ['deep nesting, closed', `{"values":${nested}}`, 'not-a-reading'],
    ['deep nesting, open', '['.repeat(MESSAGE_BYTES_MAX), 'not-json'],
    ['a payload of 1 MiB', ' '.repeat(1024 * 1024), 'too-large'],
    [
      'one item too many',
      `[${Array.from({ length: READINGS_PER_MESSAGE_MAX + 1 }, () => '{"values":{"ph":7}}').join(',')}]`,
      'too-many-readings',
    ],
    [
      'too many values',
      `[${Array.from({ length: 6_000 }, () => '{"values":{"ph":7,"cod_mg_l":1}}').join(',')}]`,
      'too-many-readings',
    ],
    [
      'too many unknown names',
      `{"values":{${Array.from({ length: READINGS_PER_MESSAGE_MAX + 1 }, (_, n) => `"q${n}":7`).join(',')}}}`,
      'too-many-readings',
    ],
  ])('%s', (_, payload, reason) => {
    const decoded = read(payload)
    expect(decoded).toMatchObject({ kind: 'rejected', park: 'p', site: 's', meter: 'm', reason })
    if (decoded.kind === 'rejected') expect(decoded.detail.length).toBeLessThan(300)
  })

  it('bytes that are not UTF-8', () => {
    expect(told(read(new Uint8Array([0x7b, 0xff, 0x7d])))).toEqual(['rejected not-utf8'])
    expect(told(read(new Uint8Array([0xed, 0xa0, 0x80])))).toEqual(['rejected not-utf8'])
    expect(told(read(new Uint8Array([0xc0, 0xaf])))).toEqual(['rejected not-utf8'])
  })

  it.each(['parkpulse/v1/p/s/accepted', 'parkpulse/v1/p/s/alerts/a', 'elsewhere', 'parkpulse/v1/p/s/M/readings'])(
    'a topic such as %s',
    (topic) => {
      expect(told(read(ph('7'), topic))).toEqual(['rejected bad-topic'])
    },
  )

  it('but one of exactly 10 000 readings is read', () => {
    const decoded = read(
      `[${Array.from({ length: READINGS_PER_MESSAGE_MAX }, (_, n) => `{"at":${receivedAt - n},"values":{"ph":7}}`).join(',')}]`,
    )
    expect(decoded.kind === 'values' && decoded.values).toHaveLength(READINGS_PER_MESSAGE_MAX)
  })
})

describe('whatever the bytes', () => {
  const soup = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map(bytes),
    fc
      .array(
        fc.constantFrom(
          '{',
          '}',
          '[',
          ']',
          '"at":',
          '"values":',
          '"meter":"a"',
          '"ph":',
          '7',
          '"7"',
          '1e999',
          'null',
          ',',
          '\\u0000',
          '"',
        ),
        { maxLength: 30 },
      )
      .map((parts) => bytes(parts.join(''))),
    fc
      .record({
        at: fc.anything(),
        meter: fc.anything(),
        values: fc.dictionary(fc.constantFrom('ph', '1.8.0', '__proto__', 'x'), fc.anything()),
      })
      .map((one) => bytes(JSON.stringify(one, (_, json: unknown) => (typeof json === 'bigint' ? String(json) : json)))),
  )

  it('an answer comes from the closed lists, and every value can be stored', () => {
    fc.assert(
      fc.property(soup, fc.constantFrom(METER, GATEWAY, 'x'), (payload, topic) => {
        const decoded = decode({ topic, payload, receivedAt })
        if (decoded.kind === 'rejected') {
          expect(rejectionReasons).toContain(decoded.reason)
          return
        }
        expect(decoded.values.length + decoded.refused.length).toBeGreaterThan(0)
        for (const { check } of decoded.refused) expect(refusalChecks).toContain(check)
        for (const one of decoded.values) {
          expect(
            one.quantity.kind === 'cumulative' ? Number.isSafeInteger(one.value) : Number.isFinite(one.value),
          ).toBe(true)
          expect(Number.isSafeInteger(one.at)).toBe(true)
        }
      }),
      { seed: SEED, numRuns: 3_000 },
    )
  })
})
