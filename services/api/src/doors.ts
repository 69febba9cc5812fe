// The doors through which the api reaches the rest of the house. Routes are given slices of these, never all.

import type { Clock, Config, Logger, Metrics } from '@parkpulse/host'
import type { Registry } from '@parkpulse/registry'
import type { AlertsQuery, Feed, FiguresQuery, LedgerQuery, ReadingsQuery, SumsQuery } from '@parkpulse/store'
import type { Directory } from './directory.ts'
import type { Gate } from './gate.ts'
import type { LatestBoard } from './latest-board.ts'
import type { Live } from './live.ts'

export type ReadingsDoors = ReadingsQuery & Feed & LedgerQuery
export type FiguresDoors = FiguresQuery & AlertsQuery & SumsQuery

/** What the process answers about itself and its neighbours. */
export type Ops = {
  readiness(): Promise<Readiness>
  metricsText(): Promise<string>
}

export type ServiceReadiness = {
  readonly ready: boolean
  readonly parts: Record<string, { ok: boolean; detail: string }>
}
export type Readiness = { readonly ready: boolean; readonly services: Record<string, ServiceReadiness> }

/** What is opened outside of the app. */
export type House = {
  readonly registry: Registry
  readonly readings: ReadingsDoors
  readonly figures: FiguresDoors
  readonly ops: Ops
  readonly log: Logger
  readonly clock: Clock
  readonly metrics: Metrics
  readonly config: Pick<Config, 'lang'>
}

/** All doors, with those that the app makes of them. */
export type Doors = House & {
  readonly directory: () => Directory
  readonly latest: LatestBoard
  readonly live: Live
  readonly gate: Gate
}
