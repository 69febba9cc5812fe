// The writer's main path: one batch of ingestion, one transaction. Read this first.

import type { DatabaseSync } from 'node:sqlite'
import type { BatchOutcome } from '../ports.ts'
import { StoreError } from '../store-error.ts'
import { inTransaction } from './database.ts'
import { encodeFeed } from './feed-block.ts'
import type { PackedBatch } from './packed-batch.ts'
import { createPlaces } from './places.ts'
import { FEED_LIMITS, type FeedLimits, prepareFeed } from './write-feed.ts'
import { prepareLedger } from './write-ledger.ts'
import { prepareQuarantine, QUARANTINE_LIMITS, type QuarantineLimits } from './write-quarantine.ts'
import { prepareReadings } from './write-readings.ts'
import { prepareConflicts, prepareLatest, preparePresence } from './write-traces.ts'

export type BatchWriter = {
  position(): number | undefined
  apply(batch: PackedBatch): BatchOutcome
}

export type BatchDoors = {
  readonly db: DatabaseSync
  readonly folder: string
  readonly limits?: Partial<FeedLimits & QuarantineLimits>
}

const NOTHING: BatchOutcome = { stored: 0, repeated: 0, conflicting: 0 }

const outcomeOf = (kinds: Uint8Array): BatchOutcome => {
  const counts: [number, number, number] = [0, 0, 0]
  for (const kind of kinds) counts[kind as 0 | 1 | 2] += 1
  return { stored: counts[0], repeated: counts[1], conflicting: counts[2] }
}

export const prepareBatchWriter = ({ db, folder, limits }: BatchDoors): BatchWriter => {
  const places = createPlaces(db)
  const readings = prepareReadings(db)
  const presence = preparePresence(db)
  const latest = prepareLatest(db)
  const conflicts = prepareConflicts(db)
  const ledger = prepareLedger(db)
  const quarantine = prepareQuarantine({ db, places, ledger, limits: { ...QUARANTINE_LIMITS, ...limits } })
  const feed = prepareFeed(db, folder, { ...FEED_LIMITS, ...limits })
  const remembering = [places, presence, ledger, quarantine, feed]
  const progress = db.prepare('SELECT upTo, feedHead FROM progress')
  const advance = db.prepare('UPDATE progress SET upTo = ?, receivedAt = ?, feedHead = ?')

  const position = (): number | undefined => {
    const upTo = progress.get()?.['upTo']
    return typeof upTo === 'number' ? upTo : undefined
  }

  const isApplied = (batch: PackedBatch): boolean => {
    const reached = position()
    if (reached === undefined || batch.upTo > reached) return false
    if (batch.upTo < reached) return true
    // Only a replay ends where the journal was read to already; its ids tell whether it was applied.
    const waiting = quarantine.waitingAmong([...batch.replayed, ...batch.givenUp])
    if (waiting === 'some') throw new StoreError('STORE_NOT_WAITING', 'some of the replayed rejections do not wait')
    return waiting === 'none'
  }

  const write = (batch: PackedBatch): BatchOutcome => {
    const { kinds, displaced } = readings(batch.readings)
    conflicts(batch.readings, displaced)
    presence.write(batch.readings)
    latest(batch.readings, batch.groups, kinds)
    ledger.countReadings(batch.groups, kinds, places)
    quarantine.replay(batch.replayed)
    quarantine.giveUp(batch.givenUp)
    quarantine.reject(batch.rejections)
    quarantine.refuse(batch.refusals)
    quarantine.bound()
    ledger.write()
    const head = Number(progress.get()?.['feedHead'])
    const next = feed.append(encodeFeed(batch.readings, batch.groups, kinds), head, batch.receivedAt)
    advance.run(batch.upTo, batch.receivedAt, next)
    return outcomeOf(kinds)
  }

  return {
    position,
    apply: (batch) => {
      places.learn(batch)
      try {
        return isApplied(batch) ? NOTHING : inTransaction(db, () => write(batch))
      } catch (error) {
        // What is remembered may speak of rows that were rolled back.
        for (const part of remembering) part.forget()
        throw error
      }
    },
  }
}
