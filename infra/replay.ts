// `npm run replay`: puts the store aside, builds it again from the journal with today's functions, and compares the two.

// Evaluated before the imports below, which an old Node may not get through.
// oxlint-disable-next-line import/no-unassigned-import
import './supervision/node-version.ts'
import { existsSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import {
  type Config,
  configOrExit,
  createHealth,
  createLog,
  createMetrics,
  EXIT_BAD_CONFIG,
  every,
  type Life,
  lifecycle,
  runMain,
  serveOps,
  systemClock,
} from '@parkpulse/host'
import { carryAcknowledgements } from './rebuild/acknowledgements.ts'
import { type Comparison, compareStores, isFaithful } from './rebuild/compare.ts'
import { readReplayOptions, type ReplayOptions, USAGE } from './rebuild/options.ts'
import { whyNotReplay } from './rebuild/refusal.ts'
import { type ConsoleBoard, openConsole } from './supervision/console-board.ts'
import { endOf, launch } from './supervision/launch.ts'
import { ROOT, type Service } from './supervision/services.ts'
import { readFigures, statusLine } from './supervision/status.ts'

const PROGRESS_MS = 5_000

/** In this order: figures are made of readings. */
const STEPS: readonly Service[] = [
  { name: 'ingestion', script: path.join(ROOT, 'services/ingestion/src/main.ts'), args: ['--until-caught-up'] },
  { name: 'aggregation', script: path.join(ROOT, 'services/aggregation/src/main.ts'), args: ['--until-settled'] },
]

const print = (text: string) => void process.stdout.write(`${text}\n`)

await runMain(async () => {
  const options = readReplayOptions(process.argv.slice(2).filter((word) => word !== '--check-config'))
  const config = configOrExit(process.env, process.argv)
  if (options === undefined) return leave(USAGE, EXIT_BAD_CONFIG)
  const refusal = await whyNotReplay(config, options.partial)
  if (refusal !== undefined) return leave(refusal, 1)

  const board = openConsole({ folder: path.join(config.data, 'logs'), clock: systemClock, print })
  const log = createLog('replay', config, { write: (line) => board.take('replay', line.trimEnd()) })
  const life = lifecycle(log)
  // Under the supervisor's name: `npm start` and another replay keep away while this one works.
  const ops = { data: config.data, service: 'start', health: createHealth(), metrics: createMetrics('replay') }
  await life.open('ops', () => serveOps(ops))

  const store = path.join(config.data, 'store')
  const aside = `${store}.before-${new Date(systemClock.now()).toISOString().slice(0, 19).replaceAll(':', '-')}Z`
  const hadStore = existsSync(store)
  if (hadStore) renameSync(store, aside)
  try {
    for (const step of STEPS) await runStep(step, { config, life, board })
  } catch (error) {
    rmSync(store, { recursive: true, force: true })
    if (hadStore) renameSync(aside, store)
    process.exitCode = 1
    board.say('the replay did not get through; the store is as it was before')
    throw error
  }
  if (hadStore) await settle(store, aside, options)
  else print('The store was rebuilt. There was none before, so there is nothing to compare.')
  life.stop('replayed')
  await life.untilStopped()
})

function leave(words: string, code: number): void {
  process.stderr.write(`${words}\n`)
  process.exitCode = code
}

type Stage = { readonly config: Config; readonly life: Life; readonly board: ConsoleBoard }

/** Runs one service to its end. Throws when it fails, or when we are told to stop meanwhile. */
async function runStep(service: Service, { config, life, board }: Stage): Promise<void> {
  board.say(`${service.name} …`)
  const env = { ...process.env, PARKPULSE_DATA: config.data }
  const child = launch({ service, env, onLine: (name, line) => board.take(name, line) })
  const ended = endOf(child)
  await life.open(
    service.name,
    () => child,
    async () => {
      child.kill('SIGTERM')
      await ended
    },
  )
  const showProgress = async () => {
    const figures = await readFigures(config.data, systemClock.now())
    const line = statusLine(undefined, { ...figures, missing: [] }, config.lang)
    if (line !== '') board.say(line)
  }
  const log = createLog('replay', config, { write: (line) => board.take('replay', line.trimEnd()) })
  const progress = every({ ms: PROGRESS_MS, log, name: 'progress', run: showProgress })
  try {
    const end = await life.open(`the end of ${service.name}`, () => ended)
    if (end.code !== 0) throw new Error(`${service.name} ended before it was done (${end.words})`)
  } finally {
    await progress.close()
  }
}

/** Carries over what only people know, compares, and decides what becomes of the store that was there. */
async function settle(store: string, aside: string, { partial, keep }: ReplayOptions): Promise<void> {
  const carried = await carryAcknowledgements(aside, store)
  if (carried > 0) print(`${carried} acknowledgements were carried over.`)
  const comparisons = compareStores(aside, store)
  for (const comparison of comparisons) print(comparisonLine(comparison))
  const faithful = isFaithful(comparisons)
  if (!faithful) process.exitCode = 3
  if (faithful && !keep && !partial) {
    rmSync(aside, { recursive: true })
    print('The rebuilt store says the same; the one that was there was removed.')
  } else {
    print(
      `${faithful ? 'The rebuilt store says the same.' : 'The stores differ.'} The one that was there is kept in ${aside}`,
    )
  }
}

function comparisonLine({ name, before, now, differing, gone, examples }: Comparison): string {
  const verdict = differing + gone === 0 ? 'equal' : `${differing} differ, ${gone} gone`
  const more = now > before - gone ? `, ${now - before + gone} more` : ''
  return [
    `${name.padEnd(18)} ${before} before, ${now} now: ${verdict}${more}`,
    ...examples.map((one) => `  ${one}`),
  ].join('\n')
}
