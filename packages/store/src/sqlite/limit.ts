// Checks the limits that callers ask for.

import { StoreError } from '../store-error.ts'

/** `limit` itself. Throws `STORE_BAD_INPUT` unless it is a whole number from 1 to `most`: a silently shortened answer would look complete. */
export const checkLimit = (limit: number, most: number): number => {
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit
  throw new StoreError('STORE_BAD_INPUT', `limit must be a whole number from 1 to ${most}, not ${limit}`)
}
