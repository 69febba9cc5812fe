// What is wrong with the rows of a vocabulary, by row: a row without a unit, a range or a source does not get in.

const COMMODITIES = new Set([
  'electricity',
  'water',
  'reclaimed-water',
  'wastewater',
  'natural-gas',
  'steam',
  'heat',
  'surroundings',
])
const MARKS = new Set(['V1', 'V2', 'MEM'])

type Fields = Readonly<Record<string, unknown>>

/** Every problem of every row, each with the row it is about; empty when the rows can be used. */
export const vocabularyProblems = (rows: unknown): readonly string[] => {
  if (!Array.isArray(rows) || rows.length === 0) return ['not a list of rows']
  const taken = new Map<unknown, string>()
  return rows.flatMap((row: unknown, index) => {
    if (!isFields(row)) return [`row ${index}: not an object`]
    const where = typeof row['name'] === 'string' ? row['name'] : `row ${index}`
    return [...rowProblems(row), ...takenProblems(row, where, taken)].map((problem) => `${where}: ${problem}`)
  })
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const rowProblems = (row: Fields): string[] => [
  ...(matches(row['name'], /^[a-z][a-z0-9_]*$/) ? [] : ['name is not of the form [a-z][a-z0-9_]*']),
  ...(row['obis'] === undefined || matches(row['obis'], /^\d{1,3}\.\d{1,3}\.\d{1,3}$/) ? [] : ['obis is not C.D.E']),
  ...(isCommodities(row['commodities']) ? [] : ['commodities are not a list of known ones']),
  ...['fieldUnit', 'baseUnit'].filter((unit) => !isText(row[unit])).map((unit) => `${unit} is missing`),
  ...(isLabel(row['label']) ? [] : ['label lacks vi or en']),
  ...['source', 'defaultsSource']
    .filter((name) => !isSource(row[name]))
    .map((name) => `${name} lacks a title or a mark`),
  ...kindProblems(row),
]

const kindProblems = (row: Fields): string[] => {
  const defaults = isFields(row['defaults']) ? row['defaults'] : {}
  if (row['kind'] === 'cumulative') {
    const { resolution, capacity, mostPerHour } = defaults
    return [
      ...(isCount(row['basePerField']) ? [] : ['basePerField is not a positive integer']),
      ...(isPositive(resolution) && isPositive(capacity) && isPositive(mostPerHour) && resolution < capacity
        ? baseProblems(resolution, capacity, Number(row['basePerField']))
        : ['defaults lack resolution < capacity or mostPerHour']),
    ]
  }
  if (row['kind'] !== 'momentary') return ['kind is neither cumulative nor momentary']
  const { low, high } = defaults
  return [
    ...(row['basePerField'] === 1 && row['baseUnit'] === row['fieldUnit']
      ? []
      : ['a momentary quantity has no base unit of its own']),
    ...(Number.isFinite(low) && Number.isFinite(high) && Number(low) < Number(high)
      ? []
      : ['defaults lack low < high']),
  ]
}

const baseProblems = (resolution: number, capacity: number, basePerField: number): string[] => [
  ...(capacity * basePerField <= Number.MAX_SAFE_INTEGER ? [] : ['capacity is beyond exact integers']),
  ...(Math.round(resolution * basePerField) >= 1 ? [] : ['resolution is less than one base unit']),
]

const takenProblems = (row: Fields, where: string, taken: Map<unknown, string>): string[] =>
  [row['name'], row['obis']]
    .filter((key) => typeof key === 'string')
    .flatMap((key) => {
      const by = taken.get(key)
      taken.set(key, where)
      return by === undefined ? [] : [`${key} is taken by ${by}`]
    })

const matches = (value: unknown, pattern: RegExp): boolean => typeof value === 'string' && pattern.test(value)
const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== ''
const isPositive = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0
const isCount = (value: unknown): boolean => isPositive(value) && Number.isSafeInteger(value)
const isLabel = (value: unknown): boolean => isFields(value) && isText(value['vi']) && isText(value['en'])
const isSource = (value: unknown): boolean =>
  isFields(value) && isText(value['title']) && MARKS.has(String(value['mark']))
const isCommodities = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((one) => COMMODITIES.has(String(one)))
