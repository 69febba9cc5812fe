// How we speak of what others sent: short, quoted, with every odd character escaped, and never deeper than one level.

export type Fields = Readonly<Record<string, unknown>>

/** Long enough to recognise, short enough for a log line. */
const SHOWN_MAX = 60

const KINDS: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
])

/** An object of JSON, not a list and not null. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `a list`, `null`, `text` …: what something is, without looking into it. */
export const kindOf = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return KINDS.get(typeof value) ?? 'an object'
}

/** A foreign scalar as it may stand in a log line; of lists and objects only the kind. */
export const shown = (value: unknown): string => {
  if (typeof value === 'string')
    return JSON.stringify(value.length > SHOWN_MAX ? `${value.slice(0, SHOWN_MAX)}…` : value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value)
}

/** Where something stood in a message: `[3].values.ph`, `values.ph`; `index` −1 is a message that is no list. */
export const pathOf = (index: number, key?: string): string => {
  const item = index < 0 ? '' : `[${index}]`
  if (key === undefined) return item === '' ? 'message' : item
  const name = /^[\w.]{1,60}$/.test(key) ? `.${key}` : `[${shown(key)}]`
  return item === '' ? `values${name}` : `${item}.values${name}`
}
