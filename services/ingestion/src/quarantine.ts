// Messages that wait for their meter: taken in again when it is registered, given up when they become too many.

import type { Logger } from '@parkpulse/host'
import type { BatchOutcome, IngestBatch, Rejection, StoredRejection } from '@parkpulse/store'
import type { Directory } from './directory.ts'
import { batchOf, emptySheet, type OutcomeSheet } from './outcome-sheet.ts'
import { takeMessage } from './take-message.ts'

/** An unregistered meter's week of minutes, or fifty's three hours. Older ones are still in the journal. */
export const QUARANTINE_MESSAGES_MAX = 10_000
/** All of it is decoded again when a meter is registered. */
export const QUARANTINE_BYTES_MAX = 64 * 1024 * 1024
/** When it is full, make room for a while, so that not every further message costs a look at all of them. */
const KEPT_SHARE = 0.9
/** Messages that one look at the store asks for: 250 of the largest are 128 MiB. The store may keep more than we do. */
const LOOK_MESSAGES = 250
/** Values taken in again by one transaction. */
const REPLAY_VALUES_MAX = 10_000

export type QuarantineDoors = {
  /** Those with an id after `after`, oldest first. */
  readonly waiting: (limit: number, after?: number) => Promise<readonly StoredRejection[]>
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
  const size: Size = { messages: 0, bytes: 0 }
  let tendedVersion: number | undefined
  const isFull = (): boolean => size.messages > QUARANTINE_MESSAGES_MAX || size.bytes > QUARANTINE_BYTES_MAX
  const recount = async (): Promise<void> => {
    const found: Size = { messages: 0, bytes: 0 }
    for await (const page of waitingPages(doors)) count(found, page, 1)
    Object.assign(size, found)
  }
  await recount()
  return {
    size,
    added: ({ rejections }, version) => {
      count(size, rejections, 1)
      if (version !== tendedVersion) tendedVersion = undefined
    },
    tend: async (directory, reached) => {
      if (size.messages === 0 || (tendedVersion === directory.version && !isFull())) return
      try {
        // Also when it is only full: nothing is given up whose meter is registered.
        Object.assign(size, await replay({ directory, reached, doors }))
        tendedVersion = directory.version
        if (isFull()) await giveUp({ size, reached, doors })
      } catch (error) {
        // The store gave some up on its own, or a replay was written although its answer was lost: look again next time.
        if (codeOf(error) !== 'STORE_NOT_WAITING') throw error
        tendedVersion = undefined
        await recount()
      }
    },
  }
}

type Size = { messages: number; bytes: number }

const count = (size: Size, rejections: readonly Rejection[], sign: 1 | -1): void => {
  for (const { replayable, payload } of rejections) {
    if (!replayable) continue
    size.messages += sign
    size.bytes += sign * payload.length
  }
}

/** All that waits, oldest first; also what is added meanwhile. */
async function* waitingPages({ waiting }: QuarantineDoors): AsyncGenerator<readonly StoredRejection[]> {
  let page = await waiting(LOOK_MESSAGES)
  while (page.length > 0) {
    yield page
    page = await waiting(LOOK_MESSAGES, page.at(-1)?.id)
  }
}

type Work = { readonly directory: Directory; readonly reached: Reached; readonly doors: QuarantineDoors }

/** Takes in again whatever the directory knows by now; returns how much is left. What waits on for another reason is met again at the end, unchanged. */
const replay = async ({ directory, reached, doors }: Work): Promise<Size> => {
  const left: Size = { messages: 0, bytes: 0 }
  let messages = 0
  for await (const page of waitingPages(doors)) {
    const taken = new Set<number>()
    for (const batch of replayBatches(page, directory, reachedWith(page, reached))) {
      await doors.write(batch)
      for (const id of batch.replayed) taken.add(id)
    }
    messages += taken.size
    count(
      left,
      page.filter(({ id }) => !taken.has(id)),
      1,
    )
  }
  if (messages > 0) doors.log.info({ messages }, `waiting → taken in: ${messages} messages of meters registered by now`)
  return left
}

/** What waits was received before: right after the start nothing else says when. */
const reachedWith = (page: readonly StoredRejection[], { upTo, receivedAt }: Reached): Reached => ({
  upTo,
  receivedAt: Math.max(receivedAt, ...page.map((one) => one.receivedAt)),
})

type Surplus = { readonly size: Size; readonly reached: Reached; readonly doors: QuarantineDoors }

/** The oldest go, until there is some room again. */
const giveUp = async ({ size, reached, doors }: Surplus): Promise<void> => {
  const isTooMuch = (): boolean =>
    size.messages > QUARANTINE_MESSAGES_MAX * KEPT_SHARE || size.bytes > QUARANTINE_BYTES_MAX * KEPT_SHARE
  let messages = 0
  for await (const page of waitingPages(doors)) {
    const givenUp: number[] = []
    for (const one of page) {
      if (!isTooMuch()) break
      count(size, [one], -1)
      givenUp.push(one.id)
    }
    await doors.write({ ...batchOf(emptySheet(), reachedWith(page, reached)), givenUp })
    messages += givenUp.length
    if (!isTooMuch()) break
  }
  doors.log.warn(
    { messages },
    `waiting → rejected: the quarantine is full, its oldest ${messages} messages are given up`,
  )
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

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)
