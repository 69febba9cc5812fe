// Moments and periods: milliseconds since 1970 in UTC, half-open. The hour is the house's interval.

/** A moment: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number

/** A stretch of time, half-open: `from <= t < until`. */
export type Period = { readonly from: Instant; readonly until: Instant }

/** One hour, in milliseconds. */
export const HOUR_MS = 3_600_000

/** The start of the UTC hour that contains `at`. */
export const hourOf = (at: Instant): Instant => Math.floor(at / HOUR_MS) * HOUR_MS

/** Whether `at` lies in the half-open period. */
export const contains = (period: Period, at: Instant): boolean => period.from <= at && at < period.until
