// The ingestion process: opens registry, store and journal in this order, follows the journal, and closes in reverse.

import {
  configOrExit,
  createHealth,
  createLog,
  createMetrics,
  every,
  lifecycle,
  placesOf,
  runMain,
  serveOps,
  steadyClock,
  systemClock,
} from '@parkpulse/host'
import { journalExtent, openCursor, openReader } from '@parkpulse/journal'
import { openRegistry } from '@parkpulse/registry'
import { openReadingsWriter } from '@parkpulse/store'
import { silentAnnouncer } from './announcer.ts'
import { createCounters } from './counters.ts'
import { startIngestion } from './ingestion.ts'
import { openRegistered } from './registered.ts'
import { endToReach, startPlace } from './start-place.ts'
import { openVoice } from './voice.ts'

const SERVICE = 'ingestion'
/** The name of our place in the journal, which retention does not pass. */
const CURSOR = 'ingestion'
const SECOND_MS = 1_000
const UNTIL_CAUGHT_UP = '--until-caught-up'

const now = () => systemClock.now()

await runMain(async () => {
  const config = configOrExit(process.env, process.argv)
  const log = createLog(SERVICE, config)
  const life = lifecycle(log)
  const health = createHealth(['registry', 'store', 'journal'])
  const metrics = createMetrics(SERVICE)
  const counters = createCounters(metrics)
  await life.open('ops', () => serveOps({ data: config.data, service: SERVICE, health, metrics }))

  const places = placesOf(config)
  const registry = await life.open('registry', () => openRegistry({ file: places.registry, now }))
  const registered = openRegistered({ registry, health, log, now })
  await life.open('refresh', () => every({ ms: SECOND_MS, log, name: 'registry refresh', run: registered.refresh }))

  const writer = await life.open('store', () => openReadingsWriter({ folder: places.store }))
  const { journal } = places
  const extent = await journalExtent(journal)
  const isReplay = process.argv.includes(UNTIL_CAUGHT_UP)
  const stored = await writer.position()
  const until = isReplay ? { until: endToReach(stored, extent) } : {}
  const from = startPlace(stored, extent)
  const cursor = await life.open('cursor', () => openCursor(journal, CURSOR))
  const reader = await life.open('journal', () => openReader({ folder: journal, from }))

  const announcer = isReplay
    ? silentAnnouncer
    : await life.open('announcer', () => openVoice({ config, log, counters, registered }))
  const ingestion = await life.open('ingestion', () =>
    startIngestion({
      reader,
      writer,
      registered,
      announcer,
      counters,
      health,
      log,
      steady: steadyClock,
      from,
      ...until,
    }),
  )
  const keepPlace = async () => {
    await cursor.write(ingestion.reached())
    const { committed } = await journalExtent(journal)
    if (committed !== undefined) counters.lag(committed - ingestion.reached())
  }
  await life.open(
    'place',
    () => every({ ms: SECOND_MS, log, name: 'journal place', run: keepPlace }),
    async (ticks) => {
      await ticks.close()
      await cursor.write(ingestion.reached())
    },
  )
  log.info({ from }, `starting → running: following the journal from ${from}`)
  ingestion.done.then(
    () => life.stop('everything that was committed is in the store'),
    (error: unknown) => {
      log.fatal({ err: error }, `running → failed: ${error instanceof Error ? error.message : String(error)}`)
      process.exitCode = 1
      life.stop('ingestion failed')
    },
  )
  await life.untilStopped()
})
