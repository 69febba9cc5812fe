// The simulator: registers its park like any operator, then fills the past and lives in the present over MQTT like any meter.

import path from 'node:path'
import {
  configOrExit,
  createHealth,
  createLog,
  createMetrics,
  every,
  lifecycle,
  runMain,
  serveOps,
  systemClock,
} from '@parkpulse/host'
import { openApi } from './api-client.ts'
import { startBackfill } from './backfill.ts'
import { openSiteKeys } from './credentials.ts'
import { doorsOf, optionsOrExit } from './doors.ts'
import { noFaults, someFaults } from './faults.ts'
import { openLines } from './lines.ts'
import { simulatedPark } from './park.ts'
import { findBeginning } from './present.ts'
import { openProgress } from './progress.ts'
import { lastHeard, registerPark, registerRules } from './registration.ts'
import { openSender } from './sender.ts'

const TICK_MS = 200
const PROGRESS_MS = 10_000

await runMain(async () => {
  const config = configOrExit(process.env, process.argv)
  const options = optionsOrExit(process.argv.slice(2))
  const log = createLog('simulator', config)
  const health = createHealth(['registration', 'mqtt'])
  const metrics = createMetrics('simulator')
  const sent = metrics.counter('readings_sent_total', 'Readings sent and acknowledged.', ['way'])
  const folder = path.join(config.data, 'simulator')
  const doors = doorsOf(config, options)
  const faults = options.faults ? someFaults : noFaults
  const park = simulatedPark(options)

  const life = lifecycle(log)
  await life.open('ops', () => serveOps({ data: config.data, service: 'simulator', health, metrics }))
  const { signal } = await life.open(
    'requests',
    () => new AbortController(),
    (controller) => controller.abort(),
  )
  const api = openApi({ url: doors.api, keyFile: doors.keyFile, log, signal })
  await life.open('registration', () => registerPark(api, park, log))
  health.report('registration', true, `${park.sites.length} sites registered`)
  registerRules(api, park).catch((error: unknown) => {
    if (!signal.aborted) log.error({ err: error }, 'the rules of the park could not be registered')
  })

  const keys = openSiteKeys({ api, park: park.id, file: path.join(folder, 'credentials.json'), log })
  const progress = openProgress(path.join(folder, 'progress.json'), options)
  const lines = await life.open('lines', () =>
    openLines({ url: doors.mqtt, park, keys, connections: options.connections, log }),
  )

  const { from, present, liveFrom } = await life.open('beginning', () =>
    findBeginning({ options, clock: systemClock, known: async () => progress.read() ?? (await lastHeard(api, park)) }),
  )
  const backfill = startBackfill({
    park,
    period: { from, until: liveFrom },
    intervalMs: options.backfillIntervalMs,
    faults,
    gatewayOf: lines.gatewayOf,
    sent,
    log,
    signal,
  })
  backfill.finished.catch((error: unknown) => {
    if (!signal.aborted) log.error({ err: error }, 'filling the past ended early')
  })
  const sender = openSender({
    meters: park.sites.flatMap((site) => site.meters),
    weatherSeed: park.seed,
    intervalMs: options.intervalMs,
    from: liveFrom,
    faults,
    lineOf: lines.lineOf,
    sent,
    log,
  })
  const keepProgress = () =>
    progress.write(backfill.doneUntil() < liveFrom ? backfill.doneUntil() : sender.acknowledgedUntil())
  await life.open('progress', () => every({ ms: PROGRESS_MS, log, name: 'keeping progress', run: keepProgress }))
  const tick = () => {
    sender.sendDue(present.now())
    const { lines: all, connected } = lines.count()
    health.report('mqtt', connected === all, `${connected} of ${all} lines connected`)
  }
  await life.open('meters', () => every({ ms: TICK_MS, log, name: 'reading meters', run: tick }))
  await life.untilStopped()
})
