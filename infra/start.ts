// `npm start`: the whole house on one machine. Starts the processes in order, keeps them running, shows where to look.

// Evaluated before the imports below, which an old Node may not get through.
// oxlint-disable-next-line import/no-unassigned-import
import './supervision/node-version.ts'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  askOps,
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
import { tidyAfterReplay } from './rebuild/rebuilding.ts'
import { openConsole } from './supervision/console-board.ts'
import { dataFolderProblem } from './supervision/data-folder.ts'
import { whatIsInTheWay } from './supervision/doors-free.ts'
import { servicesOf } from './supervision/services.ts'
import { type Figures, readFigures, statusLine } from './supervision/status.ts'
import { supervise } from './supervision/supervise.ts'
import { welcomeLines } from './supervision/welcome.ts'

/** The API makes registry and key, the broker is what the others connect to: they are waited for, but not for ever. */
const WAITED_FOR = new Set(['api', 'broker'])
const READY_MS_MAX = 15_000
const STATUS_MS = 30_000
/** Five processes, each with its own ten seconds. */
const STOP_ALL_MS = 60_000

const print = (text: string) => void process.stdout.write(`${text}\n`)

await runMain(async () => {
  const config = configOrExit(process.env, process.argv)
  const services = servicesOf(config)
  const names = services.map(({ name }) => name)
  const inTheWay = dataFolderProblem(config.data) ?? (await whatIsInTheWay(config, names))
  if (inTheWay !== undefined) {
    process.stderr.write(`${inTheWay}\n`)
    process.exit(1)
  }

  const board = openConsole({ folder: path.join(config.data, 'logs'), clock: systemClock, print })
  const log = createLog('start', config, { write: (line) => board.take('start', line.trimEnd()) })
  const life = lifecycle(log, { deadlineMs: STOP_ALL_MS })
  await life.open('ops', () =>
    serveOps({ data: config.data, service: 'start', health: createHealth(), metrics: createMetrics('start') }),
  )

  const tidied = tidyAfterReplay(config.data)
  if (tidied !== undefined) print(tidied)

  const onLine = (service: string, line: string) => board.take(service, line)
  const env = { ...process.env, PARKPULSE_DATA: config.data }
  for (const service of services) {
    await life.open(service.name, () => supervise({ service, env, log, clock: systemClock, onLine }))
    if (WAITED_FOR.has(service.name)) await life.open('readiness', () => untilReady(config.data, service.name))
  }
  for (const line of welcomeLines(config, process.cwd())) print(line)

  let before: Figures | undefined
  const showStatus = async () => {
    const now = await readFigures(config.data, systemClock.now())
    if (before !== undefined) board.say(statusLine(before, now, config.lang))
    before = now
  }
  await life.open('status', () => every({ ms: STATUS_MS, log, name: 'status line', run: showStatus }))
  await life.untilStopped()
})

/** Waits until a service is ready, or long enough: a full disk keeps the broker from it, and the house starts all the same. */
async function untilReady(data: string, name: string): Promise<void> {
  for (let waited = 0; waited < READY_MS_MAX; waited += 100) {
    if ((await askOps(data, name, '/health/ready', 1_000))?.status === 200) return
    await pause(100)
  }
}
