// `npm run replay`: builds the store again from the journal with today's functions, beside the one that is used, compares the two and exchanges them.

// Evaluated before the imports below, which an old Node may not get through.
// oxlint-disable-next-line import/no-unassigned-import
import './supervision/node-version.ts'
import { existsSync, rmSync } from 'node:fs'
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
  placesOf,
  runMain,
  serveOps,
  systemClock,
} from '@parkpulse/host'
import { openJournal } from '@parkpulse/journal'
import { carryAcknowledgements } from './rebuild/acknowledgements.ts'
import { type Comparison, compareStores, isFaithful } from './rebuild/compare.ts'
import { readReplayOptions, USAGE } from './rebuild/options.ts'
import { exchangeStores, makeRebuildingFolder, tidyAfterReplay } from './rebuild/rebuilding.ts'
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

  const tidied = tidyAfterReplay(config.data)
  if (tidied !== undefined) board.say(tidied)

  const { store, journal } = placesOf(config)
  const hadStore = existsSync(store)
  const folder = makeRebuildingFolder(config.data)
  let isSame = true
  try {
    await mendJournal(journal)
    for (const step of STEPS) await runStep(step, { config: { ...config, data: folder }, life, board })
    if (hadStore) isSame = await saysTheSame(store, placesOf({ data: folder }).store)
  } catch (error) {
    rmSync(folder, { recursive: true })
    process.exitCode = 1
    board.say('the replay did not get through; the store is as it was before')
    throw error
  }
  const aside = `${store}.before-${new Date(systemClock.now()).toISOString().slice(0, 19).replaceAll(':', '-')}Z`
  exchangeStores(config.data, aside)
  if (!isSame) process.exitCode = 3
  if (!hadStore) print('The store was rebuilt. There was none before, so there is nothing to compare.')
  else letGo(aside, isSame, options.keep || options.partial)
  life.stop('replayed')
  await life.untilStopped()
})

function leave(words: string, code: number): void {
  process.stderr.write(`${words}\n`)
  process.exitCode = code
}

/**
 * Opens the journal as its writer would and closes it: that finds its true end, where a power cut or a bad disk has left `committed`
 * too small or unreadable. Deletes nothing, however old. Throws while a writer lives.
 */
async function mendJournal(folder: string): Promise<void> {
  const journal = await openJournal({ folder, now: () => systemClock.now(), retentionMs: Number.MAX_SAFE_INTEGER })
  await journal.close()
}

/** `config.data` is the folder in which the store is rebuilt. */
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

/** Carries over what only people know, and compares. A store that was there and cannot be read is not the same: it is kept. */
async function saysTheSame(store: string, rebuilt: string): Promise<boolean> {
  try {
    const carried = await carryAcknowledgements(store, rebuilt)
    if (carried > 0) print(`${carried} acknowledgements were carried over.`)
    const comparisons = compareStores(store, rebuilt)
    for (const comparison of comparisons) print(comparisonLine(comparison))
    return isFaithful(comparisons)
  } catch (error) {
    print(`The two stores could not be compared: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}

/** Decides what becomes of the store that was there. */
function letGo(aside: string, isSame: boolean, isKept: boolean): void {
  const verdict = isSame ? 'The rebuilt store says the same' : 'The stores differ'
  if (!isSame || isKept) return print(`${verdict}. The one that was there is kept in ${aside}`)
  rmSync(aside, { recursive: true })
  print(`${verdict}; the one that was there was removed.`)
}

function comparisonLine({ name, before, now, differing, gone, examples }: Comparison): string {
  const verdict = differing + gone === 0 ? 'equal' : `${differing} differ, ${gone} gone`
  const more = now > before - gone ? `, ${now - before + gone} more` : ''
  return [
    `${name.padEnd(18)} ${before} before, ${now} now: ${verdict}${more}`,
    ...examples.map((one) => `  ${one}`),
  ].join('\n')
}
