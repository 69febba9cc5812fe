// From bytes to values: payload version 1. One bad value never takes its neighbours with it, and nothing here throws.

import type { Instant } from '@parkpulse/metering'
import type { RejectionReason } from './outcome.ts'
import { readReadings, type DecodedValue, type RefusedValue } from './reading-list.ts'
import { parseTopic, type Topic } from './topic.ts'

/** Ten thousand readings of fifty bytes. The broker's packet limit is this and its header; more is refused at the door. */
export const MESSAGE_BYTES_MAX = 512 * 1024
/** A meter's week of minutes in one message. What holds more is better sent in parts: a message is one transaction. */
export const READINGS_PER_MESSAGE_MAX = 10_000

export type Decoded =
  | {
      readonly kind: 'values'
      readonly park: string
      readonly site: string
      readonly values: readonly DecodedValue[]
      readonly refused: readonly RefusedValue[]
    }
  | {
      readonly kind: 'rejected'
      readonly park?: string
      readonly site?: string
      readonly meter?: string
      readonly reason: RejectionReason
      readonly detail: string
    }

export type Received = { readonly payload: Uint8Array; readonly receivedAt: Instant }

/** What a message says. Never throws, whatever the bytes. */
export const decode = ({ topic, ...received }: Received & { readonly topic: string }): Decoded =>
  decodePayload(parseTopic(topic), received)

/** As `decode`, for whoever has parsed the topic already: a meter speaks on the same one all its life. */
export const decodePayload = (topic: Topic, { payload, receivedAt }: Received): Decoded => {
  if (topic.kind === 'invalid') return { kind: 'rejected', reason: 'bad-topic', detail: topic.problem }
  const { park, site } = topic
  const reject = (reason: RejectionReason, detail: string): Decoded => {
    const meter = topic.kind === 'meter-readings' ? { meter: topic.meter } : {}
    return { kind: 'rejected', park, site, ...meter, reason, detail }
  }
  if (topic.kind === 'other') return reject('bad-topic', 'readings are published on …/readings')
  if (payload.length === 0) return reject('empty-payload', 'no bytes')
  if (payload.length > MESSAGE_BYTES_MAX)
    return reject('too-large', `${payload.length} bytes, at most ${MESSAGE_BYTES_MAX}`)
  const text = textOf(payload)
  if (text === undefined) return reject('not-utf8', 'the payload is not UTF-8')
  const parsed = jsonOf(text)
  if (parsed.kind === 'not-json') return reject('not-json', parsed.problem)
  const meter = topic.kind === 'meter-readings' ? topic.meter : undefined
  const read = readReadings(parsed.json, { meter, receivedAt, max: READINGS_PER_MESSAGE_MAX })
  if (read.kind === 'rejected') return reject(read.reason, read.detail)
  return { kind: 'values', park, site, values: read.values, refused: read.refused }
}

/** Skips a byte order mark: Windows gateways send one (RFC 8259 §8.1 allows to ignore it). */
const strictly = new TextDecoder('utf-8', { fatal: true })

const textOf = (payload: Uint8Array): string | undefined => {
  try {
    return strictly.decode(payload)
  } catch {
    return undefined
  }
}

type Parsed =
  | { readonly kind: 'json'; readonly json: unknown }
  | { readonly kind: 'not-json'; readonly problem: string }

/** A key that stands twice keeps its last value, as JSON.parse does (RFC 8259 §4 leaves it open). */
const jsonOf = (text: string): Parsed => {
  try {
    return { kind: 'json', json: JSON.parse(text) as unknown }
  } catch (error) {
    return {
      kind: 'not-json',
      problem: error instanceof Error ? error.message.slice(0, 200).toWellFormed() : 'not JSON',
    }
  }
}
