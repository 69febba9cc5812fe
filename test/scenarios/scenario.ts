// Reads a day in a meter's life from plain text: a register, its readings, and what its hours must be.

import {
  quantityNamed,
  toBase,
  type CumulativeRegister,
  type HourEvent,
  type Instant,
  type Quality,
  type Quantity,
  type Reading,
} from '@parkpulse/metering'

export type Expected = {
  readonly hour: Instant
  readonly amount: number
  readonly quality: Quality
  readonly events: readonly HourEvent[]
  /** This and the next are compared where the line states them. */
  readonly shares?: Readonly<Partial<Record<'measured' | 'interpolated' | 'estimated', number>>>
  readonly missingMs?: number
}

export type Scenario = {
  readonly register: CumulativeRegister
  readonly readings: readonly Reading[]
  readonly expected: readonly { readonly line: number; readonly figure: Expected }[]
}

/** All scenarios happen on one day, in UTC. */
const DAY = Date.UTC(2026, 10, 22)
const REGISTER =
  /^register\s+\S+\/(?<quantity>\S+)\s+resolution (?<resolution>\S+) \S+\s+capacity (?<capacity>\S+) \S+(?:\s+multiplier (?<multiplier>\S+))?\s+at most (?<most>\S+) \S+$/
const READ = /^read\s+(?<time>\S+)\s+(?<value>\S+) \S+$/
const EXPECT =
  /^expect\s+(?<time>\S+)\s+(?<value>\S+) \S+\s+(?<quality>measured|interpolated|estimated|missing)(?: (?<missing>\d+) (?<unit>min|s)\b)?(?<events>(?:\s+(?:rollover|reset|dip|implausible))*)(?:\s+\((?<shares>[^)]+)\))?$/

/** The scenario in a text; throws on any line that it does not understand. */
export const readScenario = (text: string): Scenario => {
  const lines = text.split('\n').map((line, index) => ({ line: index + 1, text: line.trim() }))
  const told = lines.filter((line) => line.text !== '' && !line.text.startsWith('#'))
  const [first, ...rest] = told
  const { register, quantity } = readRegister(first?.text ?? '')
  const readings: Reading[] = []
  const expected: Scenario['expected'][number][] = []
  for (const { line, text: words } of rest) {
    const read = READ.exec(words)?.groups
    const expects = EXPECT.exec(words)?.groups
    if (read !== undefined) {
      const value = toBase(quantity, Number(read['value']))
      readings.push({ registerId: register.id, at: timeOf(read['time']), value, position: line })
    } else if (expects === undefined) throw new Error(`line ${line} is not understood: ${words}`)
    else expected.push({ line, figure: readExpected(expects, quantity) })
  }
  return { register, readings, expected }
}

const readRegister = (words: string): { register: CumulativeRegister; quantity: Quantity } => {
  const told = REGISTER.exec(words)?.groups
  const quantity = quantityNamed(told?.['quantity'] ?? '')
  if (told === undefined || quantity === undefined) throw new Error(`not a register: ${words}`)
  const unit = /resolution \S+ (\S+)/.exec(words)?.[1]
  const register: CumulativeRegister = {
    kind: 'cumulative',
    id: 7,
    quantity: quantity.name,
    resolution: unit === quantity.baseUnit ? Number(told['resolution']) : toBase(quantity, Number(told['resolution'])),
    capacity: toBase(quantity, Number(told['capacity'])),
    multiplier: told['multiplier'] === undefined ? 1 : Number(told['multiplier']),
    mostPerHour: toBase(quantity, Number(told['most'])),
  }
  return { register, quantity }
}

const readExpected = (told: Record<string, string | undefined>, quantity: Quantity): Expected => ({
  hour: timeOf(told['time']),
  amount: toBase(quantity, Number(told['value'])),
  quality: told['quality'] as Quality,
  events: (told['events'] ?? '').split(/\s+/).filter((word) => word !== '') as HourEvent[],
  ...(told['missing'] === undefined
    ? {}
    : { missingMs: Number(told['missing']) * (told['unit'] === 's' ? 1_000 : 60_000) }),
  ...(told['shares'] === undefined ? {} : { shares: readShares(told['shares'], quantity) }),
})

const readShares = (told: string, quantity: Quantity): NonNullable<Expected['shares']> =>
  Object.fromEntries(
    told.split(' + ').map((share) => {
      const [value, name] = share.split(' ')
      return [name, toBase(quantity, Number(value))]
    }),
  )

const timeOf = (time = ''): Instant => {
  const [hours, minutes, seconds] = time.split(':').map(Number)
  return DAY + (((hours ?? Number.NaN) * 60 + (minutes ?? Number.NaN)) * 60 + (seconds ?? 0)) * 1000
}
