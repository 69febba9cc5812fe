// Failed passwords, counted per address and user name within a window, so that guessing and broken meters cost little.

import {
  ADDRESSES_REMEMBERED_MAX,
  FAILURE_WINDOW_MS,
  FAILURES_PER_ADDRESS_MAX,
  FAILURES_PER_USER_MAX,
} from './limits.ts'
import { createRecent } from './once.ts'

export type Attempts = {
  /** Whether this user name at this address, or the address as a whole, has failed too often to be looked at now. */
  exhausted(address: string, username: string): boolean
  failed(address: string, username: string): void
}

type Failures = { readonly count: number; readonly since: number }

/** Remembers a bounded number of addresses. `nowMs`: any clock that does not jump. */
export function createAttempts(nowMs: () => number): Attempts {
  const byAddress = createRecent<Failures>(ADDRESSES_REMEMBERED_MAX)
  const byUser = createRecent<Failures>(ADDRESSES_REMEMBERED_MAX)

  const current = (failures: Failures | undefined): Failures =>
    failures === undefined || nowMs() - failures.since >= FAILURE_WINDOW_MS ? { count: 0, since: nowMs() } : failures
  const more = ({ count, since }: Failures): Failures => ({ count: count + 1, since })

  return {
    exhausted: (address, username) =>
      current(byUser.get(userKey(address, username))).count >= FAILURES_PER_USER_MAX ||
      current(byAddress.get(address)).count >= FAILURES_PER_ADDRESS_MAX,
    failed(address, username) {
      const key = userKey(address, username)
      byUser.set(key, more(current(byUser.get(key))))
      byAddress.set(address, more(current(byAddress.get(address))))
    },
  }
}

const userKey = (address: string, username: string) => `${address} ${username}`
