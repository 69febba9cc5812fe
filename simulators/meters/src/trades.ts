// The trades of the practice park: who works when, and what it takes. Invented factories with generic names; the figures are
// of a believable size and no more than that.

export type Shifts = 'one' | 'two' | 'three'

export type Trade = {
  readonly name: { readonly vi: string; readonly en: string }
  readonly shifts: Shifts
  /** Share of an ordinary day's work that is done on a Saturday, and on a Sunday. */
  readonly saturday: number
  readonly sunday: number
  /** Highest demand in kW, all feeders together. */
  readonly powerKw: number
  /** Share of electricity that is cooling, on a hot day. */
  readonly cooling: number
  /** Highest water flow in m³/h. */
  readonly waterM3h: number
  /** Ordinary strength of the wastewater as a share of the connection limit. */
  readonly strength: number
}

/** In the order in which a park fills up; a larger fleet goes round again. */
export const trades: readonly Trade[] = [
  trade('Linh kiện điện tử', 'Electronic components', 'three', [0.95, 0.7, 3_400, 0.45, 28, 0.45]),
  trade('May mặc', 'Garments', 'one', [0.9, 0.05, 720, 0.4, 9, 0.35]),
  trade('Dệt nhuộm', 'Dyeing and finishing', 'three', [0.95, 0.55, 2_600, 0.12, 110, 0.78]),
  trade('Chế biến thủy sản', 'Seafood processing', 'two', [0.95, 0.3, 1_450, 0.55, 64, 0.74]),
  trade('Cơ khí chính xác', 'Precision machining', 'two', [0.85, 0.1, 1_150, 0.25, 8, 0.5]),
  trade('Nhựa kỹ thuật', 'Technical plastics', 'three', [0.95, 0.75, 1_900, 0.3, 12, 0.35]),
  trade('Bao bì giấy', 'Paper packaging', 'two', [0.9, 0.1, 980, 0.15, 18, 0.6]),
  trade('Lắp ráp xe điện', 'Electric vehicle assembly', 'two', [0.75, 0.08, 4_800, 0.35, 30, 0.4]),
  trade('Cáp điện', 'Cables', 'two', [0.85, 0.15, 2_100, 0.15, 10, 0.3]),
  trade('Sơn và chất phủ', 'Paints and coatings', 'one', [0.8, 0.05, 540, 0.3, 11, 0.7]),
  trade('Kho lạnh', 'Cold storage', 'three', [1, 0.9, 1_250, 0.7, 6, 0.4]),
  trade('Thép cán nguội', 'Cold-rolled steel', 'three', [1, 0.85, 6_200, 0.08, 72, 0.55]),
]

function trade(
  vi: string,
  en: string,
  shifts: Shifts,
  row: readonly [number, number, number, number, number, number],
): Trade {
  const [saturday, sunday, powerKw, cooling, waterM3h, strength] = row
  return { name: { vi, en }, shifts, saturday, sunday, powerKw, cooling, waterM3h, strength }
}

/** How busy a shift pattern is at a local hour of a full working day, 0 to 1. */
export function busy(shifts: Shifts, hour: number): number {
  const lunch = hour >= 11.5 && hour < 12.5
  if (shifts === 'one') return hour < 7 || hour >= 17.5 ? 0.04 : lunch ? 0.45 : hour < 7.5 || hour >= 17 ? 0.4 : 1
  if (shifts === 'two')
    return hour < 6 || hour >= 22 ? 0.08 : lunch || (hour >= 18 && hour < 18.5) ? 0.6 : hour < 14 ? 1 : 0.88
  return lunch ? 0.88 : hour < 6 || hour >= 22 ? 0.82 : 1
}
