// Counts connections per address at the door: how many there are, how many are unaccepted, how fast new ones come.

import {
  ADDRESSES_REMEMBERED_MAX,
  CONNECTION_BURST,
  CONNECTION_RATE_PER_S,
  CONNECTIONS_MAX,
  CONNECTIONS_PER_ADDRESS_MAX,
  UNACCEPTED_PER_ADDRESS_MAX,
} from './limits.ts'
import { createRecent } from './once.ts'

export type EntryProblem =
  | 'too many connections'
  | 'too many connections of one address'
  | 'too many unaccepted connections of one address'
  | 'connections come too fast'

export type EntryLimits = {
  readonly connections: number
  readonly perAddress: number
  readonly unacceptedPerAddress: number
  readonly ratePerS: number
  readonly burst: number
}

export const ENTRY_LIMITS: EntryLimits = {
  connections: CONNECTIONS_MAX,
  perAddress: CONNECTIONS_PER_ADDRESS_MAX,
  unacceptedPerAddress: UNACCEPTED_PER_ADDRESS_MAX,
  ratePerS: CONNECTION_RATE_PER_S,
  burst: CONNECTION_BURST,
}

/** A place taken at the door. Both calls may be repeated. */
export type Place = { accept(): void; leave(): void }

export type Entry =
  | { readonly kind: 'in'; readonly place: Place }
  | { readonly kind: 'refused'; readonly problem: EntryProblem }

type Address = { connections: number; unaccepted: number }
type Pace = { readonly tokens: number; readonly at: number }

/** The door's count. `nowMs`: any clock that does not jump. */
export function createAddresses(nowMs: () => number, limits: EntryLimits = ENTRY_LIMITS) {
  const present = new Map<string, Address>() // bounded by the number of connections
  const paces = createRecent<Pace>(ADDRESSES_REMEMBERED_MAX)
  let total = 0

  function tooFast(address: string): boolean {
    const now = nowMs()
    const last = paces.get(address) ?? { tokens: limits.burst, at: now }
    const tokens = Math.min(limits.burst, last.tokens + ((now - last.at) * limits.ratePerS) / 1000)
    paces.set(address, { tokens: tokens < 1 ? tokens : tokens - 1, at: now })
    return tokens < 1
  }

  function problemOf(address: string, seen: Address): EntryProblem | undefined {
    if (total >= limits.connections) return 'too many connections'
    if (seen.connections >= limits.perAddress) return 'too many connections of one address'
    if (seen.unaccepted >= limits.unacceptedPerAddress) return 'too many unaccepted connections of one address'
    return tooFast(address) ? 'connections come too fast' : undefined
  }

  function take(address: string, seen: Address): Place {
    let state: 'unaccepted' | 'accepted' | 'left' = 'unaccepted'
    present.set(address, seen)
    seen.connections += 1
    seen.unaccepted += 1
    total += 1
    return {
      accept() {
        if (state !== 'unaccepted') return
        state = 'accepted'
        seen.unaccepted -= 1
      },
      leave() {
        if (state === 'left') return
        if (state === 'unaccepted') seen.unaccepted -= 1
        state = 'left'
        seen.connections -= 1
        total -= 1
        if (seen.connections === 0) present.delete(address)
      },
    }
  }

  return {
    /** Takes a place for a new connection, or says why there is none. */
    enter(address: string): Entry {
      const seen = present.get(address) ?? { connections: 0, unaccepted: 0 }
      const problem = problemOf(address, seen)
      return problem === undefined ? { kind: 'in', place: take(address, seen) } : { kind: 'refused', problem }
    },
    total: () => total,
  }
}

const IPV6_GROUPS = 8
const NETWORK_GROUPS = 4 // a /64 is what one subscriber is given, and may take addresses from at will

/** Whom an address stands for: an IPv4 address itself (also when mapped into IPv6), of IPv6 the /64 network. */
export function neighbourhood(remote: string | undefined): string {
  if (remote === undefined) return 'unknown'
  const address = remote.replace(/^::ffff:(?=[\d.]+$)/i, '').replace(/%.*$/, '')
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const missing = tail === undefined ? 0 : IPV6_GROUPS - groups(head).length - groups(tail).length
  const zeros = Array.from({ length: missing }, () => '0')
  const all = [...groups(head), ...zeros, ...groups(tail ?? '')]
  return `${all.slice(0, NETWORK_GROUPS).join(':')}::/64`
}

const groups = (words: string) => (words === '' ? [] : words.split(':'))
