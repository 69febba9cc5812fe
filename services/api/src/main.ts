// The process: reads the configuration, opens the doors, listens, and waits.

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
  systemClock,
} from '@parkpulse/host'
import { openRegistry } from '@parkpulse/registry'
import { openFigures, openReadings } from '@parkpulse/store'
import { ensureAdministrator } from './administrator.ts'
import { createApp } from './app.ts'
import { createOps } from './ops.ts'
import { checkStore } from './store-check.ts'

/** Other processes (an import) change the registry too; looking reads one row. */
const REGISTRY_LOOK_MS = 500
const STORE_CHECK_MS = 2_000

const listenTextResolver = (address: string): string => `starting → listening at ${address}`

await runMain(async () => {
  const config = configOrExit(process.env, process.argv)
  const log = createLog('api', config)
  const life = lifecycle(log)
  const clock = systemClock
  const now = () => clock.now()
  const metrics = createMetrics('api')
  const health = createHealth(['store'])
  await life.open('ops', () => serveOps({ data: config.data, service: 'api', health, metrics }))

  const { store: folder, registry: file } = placesOf(config)
  const registry = await life.open('registry', () => openRegistry({ file, now }))
  await ensureAdministrator(registry, config.data, log)
  const readings = await life.open('readings', () => openReadings({ folder }))
  const figures = await life.open('figures', () => openFigures({ folder }))
  const ops = createOps({ data: config.data, health, metrics, now })

  await life.open('registry look', () =>
    every({ ms: REGISTRY_LOOK_MS, log, name: 'registry look', run: async () => void (await registry.refresh()) }),
  )
  await life.open('store check', () =>
    every({ ms: STORE_CHECK_MS, log, name: 'store check', run: () => checkStore({ readings, figures, health }) }),
  )
  const app = await life.open('app', () => createApp({ registry, readings, figures, ops, log, clock, metrics, config }))
  await app.listen({ host: config.httpHost, port: config.httpPort, listenTextResolver })
  await life.untilStopped()
})
