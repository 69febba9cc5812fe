import { describe, expect, it } from 'vitest'
import { directoryOf } from './directory.ts'
import { emptySheet } from './outcome-sheet.ts'
import { arrived, lateMeter, practiceSite, RECEIVED_AT } from './practice-site.ts'
import { takeMessage } from './take-message.ts'

const directory = directoryOf(practiceSite())
const METER = 'parkpulse/v1/p/s/a/readings'
const GATEWAY = 'parkpulse/v1/p/s/readings'

const take = (topic: string, payload: unknown, known = directory) => {
  const sheet = emptySheet()
  takeMessage(arrived(64, topic, payload), known, sheet)
  return {
    accepted: sheet.accepted.map(
      ({ place, readings }) => `${place} ${readings.map((r) => `${r.registerId}=${r.value}`).join(' ')}`,
    ),
    refused: sheet.refusals.map(({ place, check }) => `${place} ${check}`),
    rejected: sheet.rejections.map(
      ({ place, reason, values, replayable }) => `${place} ${reason} ${values}${replayable ? ' waits' : ''}`,
    ),
    sheet,
  }
}
const energy = (kwh: unknown) => ({ values: { active_energy_import_kwh: kwh } })
const of = (meter: string, kwh: unknown) => ({ meter, ...energy(kwh) })

describe('takeMessage', () => {
  it.each([
    ['one reading', METER, energy(12.34), ['p/s/a 1=12340'], [], []],
    ['two registers', METER, { values: { '1.8.0': 1, '1.7.0': 5 } }, ['p/s/a 1=1000 2=5'], [], []],
    ['a list of one meter is one group', METER, [energy(1), energy(2)], ['p/s/a 1=1000 1=2000'], [], []],
    [
      'a gateway',
      GATEWAY,
      [of('a', 1), of('b', 2), of('a', 3)],
      ['p/s/a 1=1000', 'p/s/b 3=2000', 'p/s/a 1=3000'],
      [],
      [],
    ],
    ['a negative register', METER, energy(-1), [], ['p/s/a negative'], []],
    ['at the capacity', METER, energy(1_000_000), [], ['p/s/a beyond-capacity'], []],
    ['just below it', METER, energy(999_999.99), ['p/s/a 1=999999990'], [], []],
    ['beyond the range', METER, { values: { active_power_kw: 500.1 } }, [], ['p/s/a out-of-range'], []],
    ['below the range', METER, { values: { active_power_kw: -1 } }, [], ['p/s/a out-of-range'], []],
    [
      'at both ends of the range',
      METER,
      [{ values: { '1.7.0': 0 } }, { values: { '1.7.0': 500 } }],
      ['p/s/a 2=0 2=500'],
      [],
      [],
    ],
    ['a bad value and a good one', METER, [energy('x'), energy(1)], ['p/s/a 1=1000'], ['p/s/a not-a-number'], []],
    ['a gateway that names nobody', GATEWAY, [energy(1)], [], ['p/s no-meter'], []],
    ['a bad value of an unknown meter', GATEWAY, [of('x', 'x')], [], ['p/s not-a-number'], []],
    ['no JSON, known meter', METER, '{', [], [], ['p/s/a not-json 1']],
    ['no JSON, unknown meter', 'parkpulse/v1/p/s/x/readings', '{', [], [], ['p/s not-json 1']],
    ["nobody's topic", 'somewhere', energy(1), [], [], ['- bad-topic 1']],
    ['an announcement', 'parkpulse/v1/p/s/accepted', energy(1), [], [], ['p/s bad-topic 1']],
    ['an unknown meter', 'parkpulse/v1/p/s/x/readings', [energy(1), energy(2)], [], [], ['p/s unknown-meter 2 waits']],
    ['an unknown site', 'parkpulse/v1/p/t/a/readings', energy(1), [], [], ['p/t unknown-site 1 waits']],
    ['an unknown park', 'parkpulse/v1/q/s/a/readings', energy(1), [], [], ['q/s unknown-park 1 waits']],
    [
      'an unknown register',
      METER,
      { values: { '1.8.0': 1, '14.7.0': 50 } },
      ['p/s/a 1=1000'],
      [],
      ['p/s/a unknown-register 1 waits'],
    ],
    [
      'a gateway with everything',
      GATEWAY,
      [of('a', 1), of('x', 2), of('y', 3), of('b', -1), of('x', 4), 7],
      ['p/s/a 1=1000'],
      ['p/s/b negative', 'p/s not-a-reading'],
      ['p/s unknown-meter 2 waits', 'p/s unknown-meter 1 waits'],
    ],
  ])('%s', (_, topic, payload, accepted, refused, rejected) => {
    const { sheet: _sheet, ...outcome } = take(topic, payload)
    expect(outcome).toEqual({ accepted, refused, rejected })
  })

  it('keeps the evidence of a reading: where its message lies', () => {
    const { sheet } = take(METER, { at: '2026-11-22T08:00:00+07:00', ...energy(1) })
    expect(sheet.accepted).toEqual([
      {
        place: 'p/s/a',
        receivedAt: RECEIVED_AT,
        readings: [{ registerId: 1, at: RECEIVED_AT - 30_000, value: 1000, position: 64 }],
      },
    ])
  })

  it('says what a register can show', () => {
    expect(take(METER, energy(-1)).sheet.refusals[0]?.detail).toBe(
      'active_energy_import_kwh at 2026-11-22T01:00:30.000Z: -1 kWh, the register shows 0 to less than 1000000 kWh',
    )
  })

  it('keeps what waits whole when all of it waits, and else only the part that does', () => {
    const whole = { at: '2026-11-22T08:00:00+07:00', ...energy(1) }
    const { sheet } = take('parkpulse/v1/p/s/c/readings', whole)
    expect(new TextDecoder().decode(sheet.rejections[0]?.payload)).toBe(JSON.stringify(whole))

    const mixed = take(GATEWAY, [of('a', 1), of('c', 2.5), of('c', 'bad'), of('d', 4)]).sheet
    const later = directoryOf(practiceSite(lateMeter('with power')))
    expect(mixed.rejections).toHaveLength(2)
    const [c, d] = mixed.rejections.map(({ topic, payload }) => take(topic, new TextDecoder().decode(payload), later))
    expect([c?.accepted, c?.refused, c?.rejected]).toEqual([['p/s/c 4=2500'], [], []])
    expect([d?.accepted, d?.refused, d?.rejected]).toEqual([[], [], ['p/s unknown-meter 1 waits']])
  })

  it('does not keep six thousand copies of a message that names six thousand unknown meters', () => {
    const items = Array.from({ length: 6_000 }, (_, n) => of(`x-${n}`, n))
    const { sheet } = take(GATEWAY, items)
    expect(sheet.rejections).toHaveLength(6_000)
    const bytes = sheet.rejections.reduce((sum, { payload }) => sum + payload.buffer.byteLength, 0)
    expect(bytes).toBeLessThan(2 * JSON.stringify(items).length + 6_000 * 64)
  })

  it('shows the first bytes of what is no reading, in memory of their own', () => {
    const { sheet } = take(METER, '['.repeat(5_000))
    expect(sheet.rejections[0]?.payload.buffer.byteLength).toBe(1_024)
  })

  it('gives a retired register what was received before it was retired, and lets the rest wait', () => {
    const site = practiceSite()
    const [a, ...others] = site.meters
    if (a === undefined) throw new Error('no meter')
    const retiredAt = (at: number) => {
      const retired = a.registers.slice(0, 1).map((one) => Object.assign({}, one, { retiredAt: at }))
      return directoryOf({ ...site, meters: [{ ...a, registers: a.registers.slice(1), retired }, ...others] })
    }
    const payload = { at: RECEIVED_AT - 60_000, values: { '1.8.0': 1, '1.7.0': 5 } }
    expect(take(METER, payload, retiredAt(RECEIVED_AT + 1))).toMatchObject({
      accepted: ['p/s/a 1=1000 2=5'],
      rejected: [],
    })
    expect(take(METER, payload, retiredAt(RECEIVED_AT))).toMatchObject({
      accepted: ['p/s/a 2=5'],
      rejected: ['p/s/a unknown-register 1 waits'],
    })
    expect(retiredAt(0).register(1)).toMatchObject({ meter: 'a' })
  })

  it('remembers topics, but not more than it may', () => {
    const bounded = directoryOf(practiceSite(), 10)
    const known = bounded.address(METER)
    expect(bounded.address(METER)).toBe(known)
    for (let n = 0; n < 10; n += 1) bounded.address(`parkpulse/v1/p/s/x-${n}/readings`)
    expect(bounded.address(METER)).not.toBe(known)
    expect(bounded.address(METER)).toEqual(known)
  })
})
