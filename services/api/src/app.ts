// The way's last stop, the app: every door of the HTTP side and what stands before it, in the order in which a request meets
// them. Read this first. How a figure is answered: routes/consumption.ts and routes/emissions.ts; how it is pushed: live.ts.

import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import Fastify, { LogController, type FastifyBaseLogger } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { createLatestBoard } from './latest-board.ts'
import type { App } from './app-type.ts'
import { openDirectory } from './directory.ts'
import type { Doors, House } from './doors.ts'
import { createGate } from './gate.ts'
import { openLive } from './live.ts'
import { answerProblem, describeProblems, notFound } from './problem.ts'
import { countRequests } from './request-metrics.ts'
import { alertsRoutes } from './routes/alerts.ts'
import { conflictsRoutes } from './routes/conflicts.ts'
import { consumptionRoutes } from './routes/consumption.ts'
import { describeRoutes, docsRoutes } from './routes/docs.ts'
import { emissionsRoutes } from './routes/emissions.ts'
import { healthRoutes } from './routes/health.ts'
import { keysRoutes } from './routes/keys.ts'
import { ledgerRoutes } from './routes/ledger.ts'
import { liveRoutes, liveText } from './routes/live.ts'
import { metersRoutes } from './routes/meters.ts'
import { pageRoutes } from './routes/page.ts'
import { parkImportRoutes } from './routes/park-import.ts'
import { parksRoutes } from './routes/parks.ts'
import { provisioningRoutes } from './routes/provisioning.ts'
import { readingsRoutes } from './routes/readings.ts'
import { rulesRoutes } from './routes/rules.ts'
import { vocabularyRoutes } from './routes/vocabulary.ts'

/** A meter with all its registers is 20 KB; park documents have a limit of their own. */
const BODY_BYTES_MAX = 256 * 1024
/** Longest id × 3, with room. */
const PARAMETER_CHARACTERS_MAX = 200

/** No request from elsewhere, no inline script; nothing may frame us. Plain HTTP stays possible behind a proxy. */
const CSP = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
}

/** The whole HTTP side over the doors of a house, ready to listen or to be asked. */
export async function createApp(house: House): Promise<App> {
  const loggerInstance: FastifyBaseLogger = house.log
  const app: App = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: true,
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply),
    routerOptions: { maxParamLength: PARAMETER_CHARACTERS_MAX },
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler).setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(answerProblem)
  takeEmptyBodies(app)
  app.setNotFoundHandler((request) => Promise.reject(notFound(`${request.method} ${request.url.split('?')[0]}`)))

  await app.register(helmet, { contentSecurityPolicy: CSP, hsts: false })
  await app.register(rateLimit, { global: false })
  app.decorateRequest('holder', undefined)
  const doors = openDoors(app, house)
  app.addHook('onRequest', doors.gate.pace)
  countRequests(app, house.metrics, doors.live)
  describeProblems(app)
  await describeRoutes(app)

  await app.register(healthRoutes(doors))
  await app.register(pageRoutes(house.config))
  await app.register(docsRoutes(doors))
  await app.register((api: App) => versionOne(api, doors), { prefix: '/api/v1' })
  return app
}

/** Many clients send `content-type: application/json` with every POST. Where a body is needed, its absence is told by the schema. */
function takeEmptyBodies(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) =>
    text === '' ? done(null, undefined) : void parse(request, text, done),
  )
}

async function versionOne(api: App, doors: Doors): Promise<void> {
  api.addHook('onRequest', doors.gate.bearer)
  await api.register(parksRoutes(doors))
  await api.register(metersRoutes(doors))
  await api.register(readingsRoutes(doors))
  await api.register(consumptionRoutes(doors))
  await api.register(emissionsRoutes(doors))
  await api.register(alertsRoutes(doors))
  await api.register(ledgerRoutes(doors))
  await api.register(conflictsRoutes(doors))
  await api.register(vocabularyRoutes)
  await api.register(rulesRoutes(doors))
  await api.register(liveRoutes(doors))
  await api.register(provisioningRoutes(doors))
  await api.register(parkImportRoutes(doors))
  await api.register(keysRoutes(doors))
}

function openDoors(app: App, house: House): Doors {
  const directory = openDirectory(house.registry)
  const live = openLive(house, liveText(directory, house.clock))
  app.addHook('preClose', () => live.close())
  return {
    ...house,
    directory,
    live,
    latest: createLatestBoard(house.readings, () => house.clock.now()),
    gate: createGate(app, house),
  }
}
