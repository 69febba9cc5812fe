// The closed lists: why a message is rejected, and which checks refuse a value. The way in knows no other words for trouble.

/** Why nothing of a message (or of its part about one meter) could be turned into readings. */
export const rejectionReasons = [
  /** Nobody publishes readings on this topic. */
  'bad-topic',
  /** More bytes than `MESSAGE_BYTES_MAX`. */
  'too-large',
  /** No bytes at all. */
  'empty-payload',
  'not-utf8',
  'not-json',
  /** JSON, but neither a reading nor a list of readings. */
  'not-a-reading',
  /** A reading or a list of readings without a single value. */
  'no-values',
  /** More values than `READINGS_PER_MESSAGE_MAX`. */
  'too-many-readings',
  /** Waits until someone registers it; so do the next three. */
  'unknown-park',
  'unknown-site',
  'unknown-meter',
  /** The meter is registered, but not with a register for this quantity. */
  'unknown-register',
  /** It waited, and had to make room for newer ones. */
  'given-up',
] as const

export type RejectionReason = (typeof rejectionReasons)[number]

/** Which check refused a value. */
export const refusalChecks = [
  /** An item of a list that is not an object with `values`. */
  'not-a-reading',
  /** An item of a list with nothing in it. */
  'no-values',
  /** An item of a gateway that does not say which meter it speaks of. */
  'no-meter',
  /** An item on a meter's own topic that names another meter. */
  'other-meter',
  /** Neither RFC 3339 nor integer milliseconds. */
  'bad-time',
  /** RFC 3339 but for the zone: we do not guess. */
  'time-without-zone',
  /** Measured before 2015: a clock that was never set, or seconds for milliseconds. */
  'before-2015',
  /** Measured more than ten minutes after it was received. */
  'in-the-future',
  /** Not a name or OBIS code of the vocabulary. */
  'unknown-quantity',
  'not-a-number',
  /** Infinity, such as 1e400. */
  'not-finite',
  /** Beyond what an exact integer holds. */
  'too-big',
  /** A cumulative register does not show less than zero. */
  'negative',
  /** More than the register can show. */
  'beyond-capacity',
  /** Outside of what the instrument can show. */
  'out-of-range',
] as const

export type RefusalCheck = (typeof refusalChecks)[number]
