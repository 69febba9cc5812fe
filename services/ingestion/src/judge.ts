// The checks that need the register: whether it can show such a value at all.

import { fromBase, type Register } from '@parkpulse/metering'
import type { DecodedValue, RefusalCheck } from '@parkpulse/wire'

/** The check that a value fails; undefined when it may be stored. */
export const failedCheck = (value: number, register: Register): RefusalCheck | undefined => {
  if (register.kind === 'momentary') return value < register.low || value > register.high ? 'out-of-range' : undefined
  if (value < 0) return 'negative'
  return value >= register.capacity ? 'beyond-capacity' : undefined
}

/** What was wrong, for people: the value as the field wrote it, and what the register can show. */
export const checkDetail = ({ quantity, at, value }: DecodedValue, register: Register): string => {
  const { name, fieldUnit } = quantity
  const shows =
    register.kind === 'momentary'
      ? `${register.low} to ${register.high} ${fieldUnit}`
      : `0 to less than ${fromBase(quantity, register.capacity)} ${fieldUnit}`
  return `${name} at ${new Date(at).toISOString()}: ${fromBase(quantity, value)} ${fieldUnit}, the register shows ${shows}`
}
