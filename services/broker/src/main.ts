// The broker's process: opens registry, journal and MQTT door in this order, and closes them in reverse.

import {
  configOrExit,
  createHealth,
  createLog,
  createMetrics,
  every,
  type Health,
  lifecycle,
  placesOf,
  type Logger,
  runMain,
  serveOps,
  serviceLogin,
  steadyClock,
  systemClock,
} from '@parkpulse/host'
import { type JournalState, openJournal } from '@parkpulse/journal'
import { openRegistry } from '@parkpulse/registry'
import { openBroker } from './open-broker.ts'

const SERVICE = 'broker'
const REGISTRY_REFRESH_MS = 1_000
const DAY_MS = 86_400_000
const MIB = 1_048_576

const now = () => systemClock.now()

await runMain(async () => {
  const config = configOrExit(process.env, process.argv)
  const log = createLog(SERVICE, config)
  const life = lifecycle(log)
  const health = createHealth(['journal', 'messages', 'door'])
  const metrics = createMetrics(SERVICE)
  await life.open('ops', () => serveOps({ data: config.data, service: SERVICE, health, metrics }))

  const places = placesOf(config)
  const registry = await life.open('registry', () => openRegistry({ file: places.registry, now }))
  const login = serviceLogin(config)
  await registry.ensureServiceCredential(login.username, login.password)

  const journal = await life.open('journal', () =>
    openJournal({
      folder: places.journal,
      now,
      commitIntervalMs: config.commitIntervalMs,
      segmentBytes: config.segmentMiB * MIB,
      retentionMs: config.journalRetentionDays * DAY_MS,
      onState: journalReport(log, health),
    }),
  )
  health.report('journal', true, journal.state().detail)

  const broker = await life.open('broker', () =>
    openBroker({
      host: config.mqttHost,
      port: config.mqttPort,
      clock: systemClock,
      steady: steadyClock,
      log,
      metrics,
      authenticate: (username, password) => registry.authenticate(username, password),
      append: (message) => journal.append(message),
      writable: () => journal.state().kind === 'writing',
      report: (ok, detail) => health.report('messages', ok, detail),
    }),
  )
  // A password of our own services that another process has replaced must not open the door any longer.
  const refresh = async () => void (await registry.refresh())
  await life.open('refresh', () => every({ ms: REGISTRY_REFRESH_MS, log, name: 'registry refresh', run: refresh }))
  health.report('door', true, `listening on ${config.mqttHost}:${broker.port}`)
  log.info({ host: config.mqttHost, port: broker.port }, 'starting → running: MQTT clients may connect')
  await life.untilStopped()
})

/** The journal's own transitions, for the log and for readiness. */
function journalReport(log: Logger, health: Health): (state: JournalState) => void {
  return ({ kind, detail, committed }) => {
    health.report('journal', kind === 'writing', kind === 'writing' ? detail : `${kind}: ${detail}`)
    const level = kind === 'full' || kind === 'failed' ? 'error' : 'info'
    log[level]({ journal: kind, committed }, `journal is ${kind}: ${detail}`)
  }
}
