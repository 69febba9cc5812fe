// Messages that wait for their meter: taken in again when it is registered, given up when they become too many.

import type { Logger } from '@parkpulse/host'
import type { BatchOutcome, IngestBatch, Rejection, StoredRejection } from '@parkpulse/store'
import type { Directory } from './directory.ts'
import { batchOf, emptySheet, type OutcomeSheet } from './outcome-sheet.ts'
import { takeMessage } from './take-message.ts'

/** An unregistered meter's week of minutes, or fifty's three hours. Older ones are still in the journal. Also what one look at the store may ask for. */
export const QUARANTINE_MESSAGES_MAX = 10_000
/** All of it passes through memory when a meter is registered. */
export const QUARANTINE_BYTES_MAX = 64 * 1024 * 1024
/** When it is full, make room for a while, so that not every further message costs a look at all of them. */
const KEPT_SHARE = 0.9
/** Values taken in again by one transaction. */
const REPLAY_VALUES_MAX = 10_000

export type QuarantineDoors = {
  readonly waiting: (limit: number) => Promise<readonly StoredRejection[]>
  readonly write: (batch: IngestBatch) => Promise<BatchOutcome>
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
}

/** Where the journal has been read to; replays are written there. */
export type Reached = { readonly upTo: number; readonly receivedAt: number }

export type Quarantine = {
  /** What a batch that is on disk now has added, resolved with the directory of that version. */
  added(batch: IngestBatch, version: number): void
  /** Takes in again what the directory knows by now, and gives up the oldest of what is too much. */
  tend(directory: Directory, reached: Reached): Promise<void>
  readonly size: { readonly messages: number; readonly bytes: number }
}

/** Looks at what waits in the store already: its meter may have been registered while we were away. */
export const openQuarantine = async (doors: QuarantineDoors): Promise<Quarantine> => {
  const size = { messages: 0, bytes: 0 }
  let tendedVersion: number | undefined
  const count = (rejections: readonly Rejection[], sign: 1 | -1): void => {
    for (const { replayable, payload } of rejections) {
      if (!replayable) continue
      size.messages += sign
      size.bytes += sign * payload.length
    }
  }
  count(await doors.waiting(QUARANTINE_MESSAGES_MAX), 1)
  const isFull = (): boolean => size.messages > QUARANTINE_MESSAGES_MAX || size.bytes > QUARANTINE_BYTES_MAX

  const work = async (directory: Directory, reached: Reached): Promise<void> => {
    let stored = await doors.waiting(QUARANTINE_MESSAGES_MAX)
    if (tendedVersion !== directory.version) {
      const { left, added } = await replay(stored, { directory, reached, doors })
      count(difference(stored, left), -1)
      count(added, 1)
      stored = left
    }
    if (isFull()) count(await giveUp(stored, { size, reached, doors }), -1)
  }
  return {
    size,
    added: ({ rejections }, version) => {
      count(rejections, 1)
      if (version !== tendedVersion) tendedVersion = undefined
    },
    tend: async (directory, reached) => {
      if (size.messages === 0 || (tendedVersion === directory.version && !isFull())) return
      try {
        await work(directory, reached)
        tendedVersion = directory.version
      } catch (error) {
        // The store gave some up on its own, or a replay was written although its answer was lost: look again next time.
        if (codeOf(error) !== 'STORE_NOT_WAITING') throw error
        Object.assign(size, { messages: 0, bytes: 0 })
        count(await doors.waiting(QUARANTINE_MESSAGES_MAX), 1)
      }
    },
  }
}

type Work = { readonly directory: Directory; readonly reached: Reached; readonly doors: QuarantineDoors }
type Replayed = { readonly left: readonly StoredRejection[]; readonly added: readonly Rejection[] }

const replay = async (stored: readonly StoredRejection[], { directory, reached, doors }: Work): Promise<Replayed> => {
  const taken = new Set<number>()
  const added: Rejection[] = []
  for (const batch of replayBatches(stored, directory, reached)) {
    await doors.write(batch)
    added.push(...batch.rejections)
    for (const id of batch.replayed) taken.add(id)
  }
  if (taken.size > 0)
    doors.log.info({ messages: taken.size }, `waiting → taken in: ${taken.size} messages of meters registered by now`)
  return { left: stored.filter(({ id }) => !taken.has(id)), added }
}

type Surplus = { readonly size: Quarantine['size']; readonly reached: Reached; readonly doors: QuarantineDoors }

/** The oldest go, until there is some room again; returns those that went. */
const giveUp = async (
  stored: readonly StoredRejection[],
  { size, reached, doors }: Surplus,
): Promise<readonly StoredRejection[]> => {
  let { messages, bytes } = size
  const gone = stored.filter(({ payload }) => {
    const isTooMuch = messages > QUARANTINE_MESSAGES_MAX * KEPT_SHARE || bytes > QUARANTINE_BYTES_MAX * KEPT_SHARE
    if (!isTooMuch) return false
    messages -= 1
    bytes -= payload.length
    return true
  })
  await doors.write({ ...batchOf(emptySheet(), reached), givenUp: gone.map(({ id }) => id) })
  doors.log.warn(
    { messages: gone.length },
    `waiting → rejected: the quarantine is full, its oldest ${gone.length} messages are given up`,
  )
  return gone
}

/** Batches of what is no longer waiting for the same reason, with the ids that they replace. */
function* replayBatches(
  stored: readonly StoredRejection[],
  directory: Directory,
  reached: Reached,
): Generator<IngestBatch> {
  let sheet = emptySheet()
  let replayed: number[] = []
  for (const one of stored) {
    const outcome = emptySheet()
    takeMessage(one, directory, outcome)
    if (isUnchanged(outcome, one)) continue
    replayed.push(one.id)
    append(sheet, outcome)
    if (valuesOn(sheet) < REPLAY_VALUES_MAX) continue
    yield { ...batchOf(sheet, reached), replayed }
    sheet = emptySheet()
    replayed = []
  }
  if (replayed.length > 0) yield { ...batchOf(sheet, reached), replayed }
}

const isUnchanged = ({ accepted, refusals, rejections }: OutcomeSheet, { reason }: StoredRejection): boolean =>
  accepted.length === 0 && refusals.length === 0 && rejections.every((one) => one.reason === reason)

const append = (sheet: OutcomeSheet, { accepted, refusals, rejections }: OutcomeSheet): void => {
  for (const group of accepted) sheet.accepted.push(group)
  for (const refusal of refusals) sheet.refusals.push(refusal)
  for (const rejection of rejections) sheet.rejections.push(rejection)
}

const valuesOn = ({ accepted, refusals }: OutcomeSheet): number =>
  accepted.reduce((sum, { readings }) => sum + readings.length, refusals.length)

const difference = (all: readonly StoredRejection[], left: readonly StoredRejection[]): readonly StoredRejection[] => {
  const kept = new Set(left)
  return all.filter((one) => !kept.has(one))
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)
