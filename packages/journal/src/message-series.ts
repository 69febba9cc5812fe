// A series of messages that can be told apart by their number, for tests in this process and in others.
import type { Message } from './message.ts'

export const NOON = Date.UTC(2026, 10, 22, 12)

/** The i-th message of a series; its payload begins with the number and is `bytes` long, in a pattern that hardly compresses. */
export function messageOf(i: number, bytes = 40): Message {
  const payload = Buffer.alloc(bytes)
  let seed = i + 1
  for (let at = 0; at < bytes; at += 1) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) | 0
    payload[at] = seed >>> 16
  }
  payload.write(`${i};`)
  const meter = `meter-${i % 7}`
  return {
    receivedAt: NOON + i,
    principal: `park-a/${meter}`,
    topic: `parkpulse/v1/park-a/site-1/${meter}/readings`,
    payload,
  }
}

export const numberOf = (entry: Message): number => Number.parseInt(Buffer.from(entry.payload).toString('latin1'), 10)
