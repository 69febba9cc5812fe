// Time zones on the way out: what the offset of a place is at an instant, and how instants are read and written.

import { HOUR_MS, type Instant } from '@parkpulse/metering'

/** About a year of hours in each of a few zones; when full it is emptied, since offsets are cheap to find again. */
const OFFSETS_MAX = 50_000
const MINUTE_MS = 60_000

/** The largest instant that a date can hold in every zone, and still four digits of year. */
const INSTANT_MAX = Date.UTC(9999, 11, 30)

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?([Zz]|[+ -]\d{2}:?\d{2})$/

/**
 * An instant as people write it: RFC 3339 with any zone, or integer milliseconds since 1970. A `+` that a browser turned
 * into a space is taken for what it was. Undefined when it is neither, or outside of the years 1970 to 9999.
 */
export function parseInstant(text: string): Instant | undefined {
  if (/^\d{1,15}$/.test(text)) return inRange(Number(text))
  const parts = RFC_3339.exec(text)
  if (parts === null) return undefined
  const [, date = '', time = '', seconds = ':00', zone = ''] = parts
  if (!isRealDate(date)) return undefined
  return inRange(Date.parse(`${date}T${time}${seconds}${zone.replace(' ', '+').replace('z', 'Z')}`))
}

const inRange = (at: number): Instant | undefined => (at >= 0 && at <= INSTANT_MAX ? at : undefined)

/** `Date` takes the 31st of February for the 3rd of March; people who write it mean something else. */
function isRealDate(date: string): boolean {
  const parsed = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date)
}

/** A zone with its memory: offsets by UTC quarter of an hour, since no zone changes within one. */
export type Zone = {
  readonly name: string
  /** Local time less UTC, in milliseconds. */
  readonly offsetMs: (at: Instant) => number
  /** RFC 3339 with the zone's offset; milliseconds only where there are some. */
  readonly format: (at: Instant) => string
}

const zones = new Map<string, Zone>()

/** The zone of an IANA name. Throws a RangeError for a name that the platform does not know. */
export function zoneNamed(name: string): Zone {
  const known = zones.get(name)
  if (known !== undefined) return known
  const zone = createZone(name)
  zones.set(name, zone)
  return zone
}

function createZone(name: string): Zone {
  const clock = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset', year: 'numeric' })
  const offsets = new Map<number, number>()
  function offsetMs(at: Instant): number {
    const quarter = Math.floor(at / (HOUR_MS / 4))
    const known = offsets.get(quarter)
    if (known !== undefined) return known
    if (offsets.size >= OFFSETS_MAX) offsets.clear()
    const offset = readOffset(clock.formatToParts(at))
    offsets.set(quarter, offset)
    return offset
  }
  return { name, offsetMs, format: (at) => formatAt(at, offsetMs(at)) }
}

/** `GMT`, `GMT+07:00`, or for a few old zones `GMT+07:06:30`. */
function readOffset(parts: readonly Intl.DateTimeFormatPart[]): number {
  const text = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  const found = /^GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text)
  if (found === null) return 0
  const [, sign, hours, minutes, seconds = '0'] = found
  const size = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS + Number(seconds) * 1000
  return sign === '-' ? -size : size
}

function formatAt(at: Instant, offsetMs: number): string {
  const wholeMinutes = Math.trunc(offsetMs / MINUTE_MS)
  const local = new Date(at + wholeMinutes * MINUTE_MS).toISOString()
  const digits = local.endsWith('.000Z') ? local.slice(0, 19) : local.slice(0, 23)
  const size = Math.abs(wholeMinutes)
  return `${digits}${wholeMinutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`
}

const pad = (part: number): string => String(part).padStart(2, '0')
