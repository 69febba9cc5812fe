// The rules of the practice park: the connection permit for wastewater, and a hint about the power factor.

import { textSeed } from './chance.ts'

type RuleRow = {
  readonly id: string
  readonly quantity: string
  readonly breach: 'above' | 'below'
  readonly limit: number
  readonly clear: number
  readonly severity: 'info' | 'warning' | 'critical'
  readonly advice: { readonly vi: string; readonly en: string }
}

const TREATMENT = {
  vi: 'Kiểm tra trạm xử lý sơ bộ và giảm lưu lượng xả về trạm tập trung.',
  en: 'Check the pre-treatment and throttle the discharge to the central plant.',
}
const DOSING = { vi: 'Kiểm tra bơm định lượng hóa chất trung hòa.', en: 'Check the dosing of the neutralisation.' }
const CAPACITORS = { vi: 'Kiểm tra tủ tụ bù công suất phản kháng.', en: 'Check the capacitor bank.' }

/** Limits after QCVN 40:2011/BTNMT column B, without coefficients. */
const ROWS: readonly RuleRow[] = [
  {
    id: 'cod-above',
    quantity: 'cod_mg_l',
    breach: 'above',
    limit: 150,
    clear: 140,
    severity: 'critical',
    advice: TREATMENT,
  },
  {
    id: 'tss-above',
    quantity: 'tss_mg_l',
    breach: 'above',
    limit: 100,
    clear: 92,
    severity: 'warning',
    advice: TREATMENT,
  },
  {
    id: 'ammonium-above',
    quantity: 'ammonium_n_mg_l',
    breach: 'above',
    limit: 10,
    clear: 9,
    severity: 'critical',
    advice: TREATMENT,
  },
  { id: 'ph-too-low', quantity: 'ph', breach: 'below', limit: 5.5, clear: 6, severity: 'critical', advice: DOSING },
  { id: 'ph-too-high', quantity: 'ph', breach: 'above', limit: 9, clear: 8.6, severity: 'critical', advice: DOSING },
  {
    id: 'power-factor-low',
    quantity: 'power_factor',
    breach: 'below',
    limit: 0.85,
    clear: 0.88,
    severity: 'info',
    advice: CAPACITORS,
  },
]

const HOLD_MS = 300_000
const KEEP_FIRING_MS = 120_000

/** Rule ids have 28 characters at most, and are the whole installation's: each park needs its own. */
const RULE_ID_LENGTH_MAX = 28

/** Bodies of `PUT rules/{id}`. */
export const permitRules = (park: string) =>
  ROWS.map(({ id, ...row }) => ({
    id: ruleId(id, park),
    body: { kind: 'limit', place: { park }, ...row, holdMs: HOLD_MS, keepFiringMs: KEEP_FIRING_MS },
  }))

function ruleId(row: string, park: string): string {
  const plain = `${row}-${park}`
  return plain.length <= RULE_ID_LENGTH_MAX ? plain : `${row}-${textSeed(0, park).toString(36)}`
}
