import { isId } from '@parkpulse/metering'
import { describe, expect, it } from 'vitest'
import type { LimitRule } from './rule.ts'
import { alertIdOf, appliesTo } from './rule-place.ts'
import { ruleProblems } from './rule-problems.ts'

const rule: LimitRule = {
  kind: 'limit',
  id: 'effluent-cod',
  place: { park: 'nam-cau-kien', site: 'steel-1', meter: 'ww-1' },
  quantity: 'cod_mg_l',
  breach: 'above',
  limit: 150,
  clear: 140,
  holdMs: 600_000,
  keepFiringMs: 0,
  severity: 'critical',
  advice: { vi: 'Kiểm tra bể hiếu khí', en: 'Check the aerobic tank' },
}

describe('a rule', () => {
  it.each([
    ['as it should be', rule],
    ['for a whole park', { ...rule, place: { park: 'p' } }],
    ['without hysteresis', { ...rule, clear: 150 }],
    ['below, clear above', { ...rule, breach: 'below', clear: 160 }],
    ['with the longest id', { ...rule, id: 'a'.repeat(28) }],
    ['with a negative limit', { ...rule, limit: -5, clear: -6 }],
  ])('%s has no problems', (_case, good) => expect(ruleProblems(good)).toEqual([]))

  it.each<[string, unknown, string[]]>([
    ['nothing', undefined, ['rule: must be an object']],
    ['a list', [], ['rule: must be an object']],
    ['another kind', { ...rule, kind: 'silence' }, ['kind: ']],
    ['an id too long', { ...rule, id: 'a'.repeat(29) }, ['id: ']],
    ['an id with a capital', { ...rule, id: 'Cod' }, ['id: ']],
    ['an id that begins with a dash', { ...rule, id: '-cod' }, ['id: ']],
    ['an id as number', { ...rule, id: 7 }, ['id: ']],
    ['no place', { ...rule, place: undefined }, ['place: ']],
    ['no park', { ...rule, place: { site: 's' } }, ['place.park: ']],
    ['an odd site', { ...rule, place: { park: 'p', site: 'S/1' } }, ['place.site: ']],
    ['a meter without its site', { ...rule, place: { park: 'p', meter: 'm' } }, ['place.site: ']],
    ['a stray level', { ...rule, place: { park: 'p', city: 'c' } }, ['place.city: ']],
    ['an unknown quantity', { ...rule, quantity: 'cod' }, ['quantity: must be a name']],
    ['an OBIS code for a name', { ...rule, quantity: '1.7.0' }, ['quantity: must be a name']],
    ['a cumulative quantity', { ...rule, quantity: 'volume_m3' }, ['quantity: must be momentary']],
    ['an odd breach', { ...rule, breach: 'over' }, ['breach: ']],
    ['a limit as text', { ...rule, limit: '150' }, ['limit: ']],
    ['NaN for both limits', { ...rule, limit: Number.NaN, clear: Number.NaN }, ['limit: ', 'clear: ']],
    ['no clear limit', { ...rule, clear: undefined }, ['clear: ']],
    ['clear on the bad side, above', { ...rule, clear: 151 }, ['clear: must not be above']],
    ['clear on the bad side, below', { ...rule, breach: 'below', clear: 149 }, ['clear: must not be below']],
    ['a negative hold', { ...rule, holdMs: -1 }, ['holdMs: ']],
    ['a hold of half a millisecond', { ...rule, holdMs: 0.5 }, ['holdMs: ']],
    ['keep-firing for a year', { ...rule, keepFiringMs: 31_536_000_000 }, ['keepFiringMs: ']],
    ['an odd severity', { ...rule, severity: 'high' }, ['severity: ']],
    ['advice in one language', { ...rule, advice: { en: 'x' } }, ['advice.vi: ']],
    ['blank advice', { ...rule, advice: { vi: ' ', en: 'x' } }, ['advice.vi: ']],
    ['a novel for advice', { ...rule, advice: { vi: 'x', en: 'x'.repeat(501) } }, ['advice.en: ']],
    ['a stray field', { ...rule, threshold: 5 }, ['threshold: ']],
    ['several at once', { ...rule, id: '', holdMs: -1, severity: 1 }, ['id: ', 'severity: ', 'holdMs: ']],
  ])('with %s names the field', (_case, bad, expected) => {
    const problems = ruleProblems(bad)
    expect(problems).toHaveLength(expected.length)
    for (const [index, start] of expected.entries()) expect(problems[index]).toContain(start)
  })
})

describe('where it applies', () => {
  const meter = { park: 'p', site: 's', meter: 'm' }
  it.each([
    ['the whole park', { park: 'p' }, true],
    ['the site', { park: 'p', site: 's' }, true],
    ['the meter', { park: 'p', site: 's', meter: 'm' }, true],
    ['another park', { park: 'q' }, false],
    ['another site', { park: 'p', site: 't' }, false],
    ['another meter', { park: 'p', site: 's', meter: 'n' }, false],
  ])('%s', (_case, place, expected) => {
    expect(appliesTo({ ...rule, place }, meter, 'cod_mg_l')).toBe(expected)
    expect(appliesTo({ ...rule, place }, meter, 'ph')).toBe(false)
  })

  it('the longest rule id and a register of eleven digits are still an id', () => {
    expect(isId(alertIdOf('a'.repeat(28), 99_999_999_999))).toBe(true)
    expect(alertIdOf('effluent-cod', 12)).toBe('effluent-cod-12')
  })
})
