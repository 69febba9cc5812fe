// Reads a moment as RFC 3339 writes it, by hand: a tenth of the time of Date, and without its lenience.

import type { Instant } from '@parkpulse/metering'

const SHORTEST = '2026-11-22T08:00:00'.length
/** Twelve digits of a second and a zone; anything longer is no time. */
const LONGEST = 40
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
const DAYS_1970 = 719_528

/**
 * The instant of an RFC 3339 date-time in milliseconds (finer digits are cut off), or what is wrong with it.
 * `T` and `Z` may be small, `T` may be a space (RFC 3339 §5.6). Second 60 is not accepted: no clock of ours has one.
 */
export const readInstant = (text: string): Instant | 'malformed' | 'without-zone' => {
  if (text.length < SHORTEST || text.length > LONGEST) return 'malformed'
  const midnight = readDate(text)
  const time = readTime(text)
  if (midnight < 0 || time < 0 || !isSeparator(text.charCodeAt(10))) return 'malformed'
  let at = SHORTEST
  let fraction = 0
  if (text.charCodeAt(at) === 46 /* . */) {
    const digits = countDigits(text, at + 1)
    if (digits === 0) return 'malformed'
    fraction = Number(text.slice(at + 1, at + 1 + Math.min(digits, 3)).padEnd(3, '0'))
    at += 1 + digits
  }
  if (at === text.length) return 'without-zone'
  const zone = readZone(text, at)
  return zone === undefined ? 'malformed' : midnight + time + fraction - zone
}

/** Milliseconds of `YYYY-MM-DD` at the start of a text; −1 when there is no such day. Years before 1970 are no concern of ours. */
const readDate = (text: string): number => {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  if (!(year >= 1970 && month >= 1 && month <= 12 && day >= 1) || text[4] !== '-' || text[7] !== '-') return -1
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  if (day > daysIn(month, isLeap)) return -1
  const leapDays = Math.floor((year - 1) / 4) - Math.floor((year - 1) / 100) + Math.floor((year - 1) / 400) + 1
  const before = (DAYS_BEFORE[month - 1] as number) + (isLeap && month > 2 ? 1 : 0)
  return (year * 365 + leapDays + before + day - 1 - DAYS_1970) * 86_400_000
}

const daysIn = (month: number, isLeap: boolean): number => {
  if (month === 2) return isLeap ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Milliseconds of `hh:mm:ss` at its place in a text; −1 when there is no such time. */
const readTime = (text: string): number => {
  const hours = twoDigits(text, 11)
  const minutes = twoDigits(text, 14)
  const seconds = twoDigits(text, 17)
  if (!(hours <= 23 && minutes <= 59 && seconds <= 59) || text[13] !== ':' || text[16] !== ':') return -1
  return ((hours * 60 + minutes) * 60 + seconds) * 1000
}

/** Milliseconds east of Greenwich of a zone that ends the text. */
const readZone = (text: string, at: number): number | undefined => {
  const sign = text.charCodeAt(at)
  if (sign === 90 /* Z */ || sign === 122 /* z */) return text.length === at + 1 ? 0 : undefined
  if ((sign !== 43 /* + */ && sign !== 45) /* - */ || text.length !== at + 6 || text[at + 3] !== ':') return undefined
  const hours = twoDigits(text, at + 1)
  const minutes = twoDigits(text, at + 4)
  if (!(hours <= 23 && minutes <= 59)) return undefined
  return (sign === 43 ? 1 : -1) * (hours * 60 + minutes) * 60_000
}

const isSeparator = (code: number): boolean => code === 84 /* T */ || code === 116 /* t */ || code === 32

/** Two ASCII digits as a number; NaN when they are not. */
const twoDigits = (text: string, at: number): number => {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

const countDigits = (text: string, from: number): number => {
  let at = from
  while (text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at += 1
  return at - from
}
