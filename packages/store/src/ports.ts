// The way's third stop, the store's promises as small ports, held by every implementation (conformance/): `IngestBatch` (ingestion
// writes) → `Feed` → `FiguresChange` (aggregation writes). Next on the way: services/aggregation/src/close-hour.ts.

import type { AlertState, Transition } from '@parkpulse/alerting'
import type { Emission, FactorStatus, Gases, Method, NoFactor, Scope } from '@parkpulse/emissions'
import type { HourFigure, Instant, Period, Quality, Reading, RegisterId, Shares } from '@parkpulse/metering'

/** Whose figures these are: `park/site/meter` for a known meter, `park/site` where the meter is not known. */
export type LedgerPlace = string

/** A message (or the part of one that speaks of one meter) that could not be turned into readings. */
export type Rejection = {
  readonly position: number
  readonly receivedAt: Instant
  readonly principal: string
  readonly topic: string
  readonly place: LedgerPlace
  /** From wire's closed list. */
  readonly reason: string
  readonly detail: string
  /** How many values it held; 1 where that is unknown. */
  readonly values: number
  /** Whether registering the meter would cure it: then it waits (ledger: pending) instead of being rejected. */
  readonly replayable: boolean
  /** The first bytes of the payload, for a person to look at; whole when replayable. */
  readonly payload: Uint8Array
}

/** A value that failed a named check. */
export type Refusal = {
  readonly position: number
  readonly receivedAt: Instant
  readonly topic: string
  readonly place: LedgerPlace
  readonly check: string
  readonly detail: string
}

/** Everything that ingestion learned from the journal up to `upTo`. Written whole or not at all. */
export type IngestBatch = {
  /** The journal position after the last message in this batch: where to resume. */
  readonly upTo: number
  /** Received at, of the last message. The ledger's hours are those of the groups, rejections and refusals themselves. */
  readonly receivedAt: Instant
  /** In order of arrival. */
  readonly accepted: readonly AcceptedReadings[]
  readonly rejections: readonly Rejection[]
  readonly refusals: readonly Refusal[]
  /**
   * Ids of waiting rejections that were decoded again: all that became of their values is now among `accepted`, `rejections` and
   * `refusals`, with the `receivedAt` of the waiting one. Their values leave `pending` and `received`, and come back with those.
   */
  readonly replayed: readonly number[]
  /** Ids of waiting rejections that are given up: their values move from `pending` to `rejected`. */
  readonly givenUp?: readonly number[]
}

/** Readings of one meter from one message. */
export type AcceptedReadings = {
  readonly place: LedgerPlace
  readonly receivedAt: Instant
  readonly readings: readonly Reading[]
}

export type BatchOutcome = { readonly stored: number; readonly repeated: number; readonly conflicting: number }

/** The one writer of readings. */
export type ReadingsWriter = {
  /** Where to resume in the journal: `upTo` of the last batch that is on disk. */
  position(): Promise<number | undefined>
  /**
   * All of the batch or, when it rejects, nothing of it. A batch that ends at or before `position()` was applied already: nothing changes
   * and the outcome is zero; only a replay (`replayed` or `givenUp` not empty, all of them waiting) may end at `position()` itself.
   * An id in `replayed` or `givenUp` that does not wait rejects with `STORE_NOT_WAITING`, a value that no reading can have with `STORE_BAD_INPUT`.
   */
  write(batch: IngestBatch): Promise<BatchOutcome>
  /** Rejections that wait for their meter, oldest first, from the first whose id is greater than `after`: the last one of the page before. */
  waiting(limit: number, after?: number): Promise<readonly StoredRejection[]>
  close(): Promise<void>
}

export type StoredRejection = Rejection & { readonly id: number; readonly state: 'waiting' | 'rejected' | 'replayed' }

/** The last value a register spoke. */
export type Latest = {
  readonly registerId: RegisterId
  readonly at: Instant
  readonly value: number
  readonly receivedAt: Instant
}

/** A value that was there before another came for the same (register, instant); the later one won. */
export type Conflict = {
  readonly registerId: RegisterId
  readonly at: Instant
  readonly valueBefore: number
  readonly positionBefore: number
  readonly value: number
  readonly position: number
}

/** Questions about readings. */
export type ReadingsQuery = {
  /** In order of `at`, at most `limit`. */
  readings(registerId: RegisterId, period: Period, limit: number): Promise<readonly Reading[]>
  /** The last reading before `at`, and the first one at or after it. */
  neighbours(registerId: RegisterId, at: Instant): Promise<{ readonly before?: Reading; readonly after?: Reading }>
  latest(): Promise<readonly Latest[]>
  conflicts(registerId: RegisterId, period: Period, limit: number): Promise<readonly Conflict[]>
}

/** A stretch of one register, and how many readings beyond its end are wanted too. */
export type ReadingSpan = Period & { readonly registerId: RegisterId; readonly beyond: number }

/** Readings of many spans in columns, by the hundred thousand: span `i` from `ends[i - 1]` (or 0) up to, not including, `ends[i]`. */
export type SpanReadings = {
  readonly ends: Uint32Array
  readonly at: Float64Array
  readonly value: Float64Array
  readonly position: Float64Array
}

/** Questions about readings of many registers at once, for closing hours: one question, one answer. */
export type ReadingsBulk = {
  /** Of each span the readings with `from <= at < until`, then the first `beyond` ones at or after `until`. */
  spans(spans: readonly ReadingSpan[]): Promise<SpanReadings>
  /** Every (register, hour) that holds at least one reading, in some fixed order of paging; to start over after a gap of the feed. */
  hoursWithReadings(after: DueHour | undefined, limit: number): Promise<readonly DueHour[]>
}

/** What ingestion stored, in order of arrival: how aggregation and the live view hear of it. Repetitions are not in it. */
export type Feed = {
  /** Waits for nothing. `gap`: what came after `after` was trimmed already; start over from what is stored. */
  since(after: number, limit: number): Promise<FeedPage>
  /** The newest number: where someone starts who wants only what is to come. */
  head(): Promise<number>
}

export type FeedPage =
  | { readonly kind: 'page'; readonly next: number; readonly readings: readonly FeedReading[] }
  | { readonly kind: 'gap'; readonly next: number }

export type FeedReading = Reading & { readonly receivedAt: Instant }

export type LedgerLine = {
  readonly place: LedgerPlace
  /** Hour of receipt. */
  readonly hour: Instant
  readonly received: number
  readonly stored: number
  readonly repeated: number
  readonly conflicting: number
  readonly rejected: number
  readonly refused: number
  readonly pending: number
}

/** What became of everything that was received. */
export type LedgerQuery = {
  /** `place` is a prefix at a slash: a park, a site or a meter; '' is everything. By hour, then by place. */
  ledger(place: LedgerPlace, period: Period): Promise<readonly LedgerLine[]>
  /** Newest first; `before` is an id for paging. */
  rejections(place: LedgerPlace, before: number | undefined, limit: number): Promise<readonly StoredRejection[]>
  refusals(
    place: LedgerPlace,
    before: number | undefined,
    limit: number,
  ): Promise<readonly (Refusal & { id: number })[]>
}

/** Why a figure was computed again. */
export type Cause = 'closed' | 'late-readings' | 'register-changed' | 'factor-published' | 'replayed'

/** An edition of an hour's figure. */
export type HourRevision = HourFigure & {
  readonly revision: number
  readonly cause: Cause
  readonly recordedAt: Instant
}

/** An hour that waits to be closed or restated. */
export type DueHour = { readonly registerId: RegisterId; readonly hour: Instant }

/** One atomic step of aggregation. */
export type FiguresChange = {
  /** Feed number up to which everything was taken into account, or unchanged when absent. */
  readonly feedUpTo?: number
  /** `dueDone` is taken away first, then `dueAdded` added: an hour in both stays due. */
  readonly dueAdded: readonly DueHour[]
  readonly dueDone: readonly DueHour[]
  /** Each with a higher revision than what stands for its (register, hour); that one becomes a past revision. */
  readonly hours: readonly HourRevision[]
  /** Replace what stood for the same (register, hour, scope, method). */
  readonly emissions: readonly (Emission | NoFactor)[]
  readonly alertStates: readonly StoredAlertState[]
  readonly transitions: readonly (Transition & { readonly recordedAt: Instant })[]
}

export type StoredAlertState = {
  readonly alertId: string
  readonly ruleId: string
  readonly registerId: RegisterId
  readonly state: AlertState
}

/** The one writer of figures. */
export type FiguresWriter = {
  commit(change: FiguresChange): Promise<void>
  feedUpTo(): Promise<number>
  /** All hours that wait; a park's worth fits in memory. */
  due(): Promise<readonly DueHour[]>
  alertStates(): Promise<readonly StoredAlertState[]>
  close(): Promise<void>
}

/** Questions about figures. */
export type FiguresQuery = {
  /** The latest revision of each hour, in order of (register, hour). */
  hours(registerIds: readonly RegisterId[], period: Period): Promise<readonly HourRevision[]>
  revisions(registerId: RegisterId, hour: Instant): Promise<readonly HourRevision[]>
  /** The last hour before `hour` that has a figure with a carry: where its register stood. */
  hourBefore(registerId: RegisterId, hour: Instant): Promise<HourRevision | undefined>
  emissions(registerIds: readonly RegisterId[], period: Period): Promise<readonly (Emission | NoFactor)[]>
  /** Of one hour: what stands, and what stood for its earlier revisions; by hour revision. */
  emissionRevisions(registerId: RegisterId, hour: Instant): Promise<readonly (Emission | NoFactor)[]>
}

/** A run of hours of one register; `from` and `until` on the hour. */
export type HourRun = Period & { readonly registerId: RegisterId }

/** Questions about figures of many registers at once, for closing hours. */
export type FiguresBulk = {
  /** For each place the last hour before `hour` that has a figure with a carry (as `hourBefore`), in the order asked. */
  hoursBefore(places: readonly DueHour[]): Promise<readonly (HourRevision | undefined)[]>
  /** The latest revisions of each run's hours, in the order of the runs, then of the hours. */
  hoursOf(runs: readonly HourRun[]): Promise<readonly HourRevision[]>
}

/** Questions about alerts. */
export type AlertsQuery = {
  states(): Promise<readonly StoredAlertState[]>
  /** By their running number: `after` exclusive, oldest first. */
  transitionsSince(after: number, limit: number): Promise<readonly NumberedTransition[]>
  /** The newest number, 0 when there is none. */
  transitionsHead(): Promise<number>
  /** Newest first; `before` is a number for paging. */
  transitions(before: number | undefined, limit: number): Promise<readonly NumberedTransition[]>
  /** Rejects with `STORE_UNKNOWN_ALERT` when there is no such alert. */
  acknowledge(alertId: string, by: string, comment: string, at: Instant): Promise<void>
  /** The latest of each alert. */
  acknowledgements(): Promise<readonly Acknowledgement[]>
}

export type NumberedTransition = Transition & { readonly number: number; readonly recordedAt: Instant }

/** A register's figures added up over a stretch of whole hours: what a month on the screen is made of. */
export type HourSum = {
  readonly registerId: RegisterId
  /** The edge at which the stretch begins. */
  readonly from: Instant
  readonly amount: number
  readonly shares: Shares
  /** How many hours of the stretch are known at least in part, and the part of these that nothing is known about. */
  readonly hours: number
  readonly missingMs: number
  /** The worst of the stretch. */
  readonly quality: Quality
  /** The highest. */
  readonly revision: number
}

/** A register's emissions added up over a stretch of whole hours, apart by all that must not be mixed. */
export type EmissionSum = {
  readonly registerId: RegisterId
  readonly from: Instant
  readonly scope: Scope
  readonly method: Method
  /** Absent: hours without a factor; their gases are zero and mean nothing. */
  readonly factor?: { readonly id: string; readonly status: FactorStatus }
  readonly quality: Quality
  readonly gases: Gases
  readonly hours: number
}

/** Sums made where the figures lie, so that a park's year (60 meters, 525 600 hours) is not carried through the door hour by hour. */
export type SumsQuery = {
  /** `edges`: ascending whole hours; one sum for each register and stretch `[edges[i], edges[i + 1])` that has a figure, by (register, from). Registers × edges: at most `SUMS_PER_ANSWER_MAX`. */
  hourSums(registerIds: readonly RegisterId[], edges: readonly Instant[]): Promise<readonly HourSum[]>
  /** One for each register, stretch, scope, method, factor and quality. */
  emissionSums(registerIds: readonly RegisterId[], edges: readonly Instant[]): Promise<readonly EmissionSum[]>
}

/** Someone has seen an alert: the latest acknowledgement of each. */
export type Acknowledgement = {
  readonly alertId: string
  readonly by: string
  readonly comment: string
  readonly at: Instant
}
