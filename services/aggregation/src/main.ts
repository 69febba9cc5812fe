// The process: opens store, registry and the way to the broker, then ticks until it is told to stop.

import {
  configOrExit,
  createHealth,
  createLog,
  createMetrics,
  every,
  lifecycle,
  placesOf,
  reachable,
  runMain,
  serveOps,
  serviceLogin,
  systemClock,
} from '@parkpulse/host'
import { openRegistry } from '@parkpulse/registry'
import { openFigures, openFiguresWriter, openReadings } from '@parkpulse/store'
import { openAggregation } from './aggregation.ts'
import { openAlertPublisher } from './alert-publisher.ts'
import { logDay, openCalendar } from './calendar.ts'

const SERVICE = 'aggregation'
/** A transition is on the screen within a quarter of a second; the feed's share of that. */
const FEED_MS = 50
const CLOSING_MS = 500
const HOUSEKEEPING_MS = 1_000
const MINUTE_MS = 60_000
const now = () => systemClock.now()

await runMain(async () => {
  const config = configOrExit(process.env, process.argv)
  const untilSettled = process.argv.includes('--until-settled')
  const log = createLog(SERVICE, config)
  const life = lifecycle(log)
  const health = createHealth(['feed', 'closing', 'registry'])
  const metrics = createMetrics(SERVICE)
  const { store: folder, registry: file } = placesOf(config)

  await life.open('ops', () => serveOps({ data: config.data, service: SERVICE, health, metrics }))
  const registry = await life.open('registry', () => openRegistry({ file, now }))
  const writer = await life.open('figures writer', () => openFiguresWriter({ folder }))
  const figures = await life.open('figures', () => openFigures({ folder }))
  const readings = await life.open('readings', () => openReadings({ folder }))
  const publisher = untilSettled
    ? { set: () => undefined, clearOthers: () => undefined, isConnected: () => true }
    : await life.open('publisher', () =>
        openAlertPublisher({
          ...serviceLogin(config),
          host: reachable(config.mqttHost),
          port: config.mqttPort,
          log,
        }),
      )

  const settleMs = config.settleMinutes * MINUTE_MS
  const doors = { readings, figures, writer, registry, publisher, clock: systemClock, log, health, metrics, settleMs }
  const aggregation = await openAggregation(doors)
  if (untilSettled) {
    await aggregation.settle()
    logDay(aggregation.tallies, log)
    life.stop('everything that is over is closed')
    return life.untilStopped()
  }
  const { tallies, feedTick, closingTick, housekeepingTick } = aggregation
  const tick = { log, failures: tallies.failures }
  await life.open('housekeeping', () =>
    every({ ...tick, name: 'housekeeping', ms: HOUSEKEEPING_MS, run: housekeepingTick }),
  )
  const closing = await life.open('closing', () =>
    every({ ...tick, name: 'closing', ms: CLOSING_MS, run: closingTick }),
  )
  await life.open('feed', () => every({ ...tick, name: 'feed', ms: FEED_MS, run: feedTick }))
  await life.open('calendar', () => openCalendar({ wakeClosing: () => closing.wake(), tallies, log }))
  // Opened last, so stopped first: ticks under way end at their next page or round.
  await life.open(
    'stop',
    () => aggregation,
    (opened) => opened.stop(),
  )
  log.info({ settleMinutes: config.settleMinutes }, 'starting → running: hours close, rules are watched')
  await life.untilStopped()
})
