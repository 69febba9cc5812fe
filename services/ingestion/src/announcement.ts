// The words of an announcement: JSON in base units, as the README shows it.

import type { Reading } from '@parkpulse/metering'
import type { Directory } from './directory.ts'

/** A rejection (with its reason) or a refusal (with its check). */
export type Problem = {
  readonly position: number
  readonly receivedAt: number
  readonly topic: string
  readonly detail: string
  readonly reason?: string
  readonly check?: string
  /** It waits to be registered. */
  readonly replayable?: boolean
}

/** What gathered about a site since it was told last. `readings` is empty when there were too many. */
export type Heard = { count: number; readings: Reading[]; readonly problems: Problem[] }

/** `{"count":1,"readings":[{"meter","quantity","at","value","unit"}]}`, or `{"truncated":true,"count":n}`. */
export const acceptedText = ({ count, readings }: Heard, directory: Directory): string => {
  if (readings.length < count) return JSON.stringify({ truncated: true, count })
  return JSON.stringify({ count, readings: readings.map((reading) => readingWords(reading, directory)) })
}

const readingWords = ({ registerId, at, value }: Reading, directory: Directory) => {
  const { meter, quantity } = directory.register(registerId) ?? {}
  return { meter, quantity: quantity?.name, at: new Date(at).toISOString(), value, unit: quantity?.baseUnit }
}

/** One text for each: `{"reason" or "check","detail","topic","position","receivedAt"}`, and `"waiting":true` when registering cures it. */
export const problemTexts = ({ problems }: Heard): readonly string[] =>
  problems.map(({ reason, check, detail, topic, position, receivedAt, replayable = false }) =>
    JSON.stringify({
      reason,
      check,
      detail,
      topic,
      position,
      receivedAt: new Date(receivedAt).toISOString(),
      ...(replayable ? { waiting: true } : {}),
    }),
  )
