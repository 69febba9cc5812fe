// What the simulator was asked to do: its command line, parsed whole, with all problems at once.

import { parseArgs } from 'node:util'
import { isId } from '@parkpulse/metering'

export type Options = {
  readonly seed: number
  readonly park: string
  readonly factories: number
  readonly metersPerFactory: number
  /** How much faster than real time the past is lived through; 1 is real time. */
  readonly speed: number
  readonly intervalMs: number
  readonly backfillHours: number
  readonly backfillIntervalMs: number
  readonly faults: boolean
  /** One MQTT connection per meter, or one per site that all its meters share. */
  readonly connections: 'meters' | 'sites'
  readonly api: string | undefined
  readonly mqtt: string | undefined
  readonly keyFile: string | undefined
}

export type OptionsOutcome =
  | { readonly kind: 'options'; readonly options: Options }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] }

/** Beyond this many meters, a connection each would cost the load generator more than the house under load. */
const OWN_CONNECTION_METERS_MAX = 2_000

/** Whole numbers: name, standard, least, most. */
const NUMBERS = {
  seed: ['seed', 20_260, 0, 0x7fff_ffff],
  factories: ['factories', 12, 1, 2_000],
  metersPerFactory: ['meters-per-factory', 5, 1, 200],
  speed: ['speed', 1, 1, 3_600],
  interval: ['interval', 10, 1, 3_600],
  backfillHours: ['backfill-hours', 48, 0, 24 * 90],
  backfillInterval: ['backfill-interval', 60, 1, 3_600],
} as const satisfies Record<string, readonly [string, number, number, number]>

export const USAGE = `simulators/meters: a park to practise on
  --seed N               another park, other days (${NUMBERS.seed[1]})
  --park ID              its id (nam-hai)
  --factories N          (${NUMBERS.factories[1]})   --meters-per-factory N (${NUMBERS.metersPerFactory[1]})
  --interval S           seconds between two readings of a meter (${NUMBERS.interval[1]})
  --backfill-hours H     how much of the past to fill at the first start, and at most after a pause (${NUMBERS.backfillHours[1]})
  --backfill-interval S  seconds between two readings of the past (${NUMBERS.backfillInterval[1]})
  --speed N              instead of filling the past, live through it N times as fast until the present is reached
  --faults               silence, late batches, double sends, register resets
  --connections WHAT     meters or sites: who has an MQTT connection of its own
  --api URL --mqtt URL --key-file FILE   another installation than the one of PARKPULSE_DATA`

export function readOptions(argv: readonly string[]): OptionsOutcome {
  const problems: string[] = []
  const given = parse(argv, problems)
  const numbers = Object.fromEntries(
    Object.entries(NUMBERS).map(([key, [name, standard, least, most]]) => {
      const text = given[name]
      const value = typeof text === 'string' && /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
      const good = text === undefined || (value >= least && value <= most)
      if (!good) problems.push(`--${name}: must be a whole number from ${least} to ${most}`)
      return [key, text === undefined ? standard : value]
    }),
  ) as Record<keyof typeof NUMBERS, number>
  const park = text(given['park']) ?? 'nam-hai'
  if (!isId(park)) problems.push('--park: must be an id: a-z, 0-9 and -, at most 40')
  const connections = text(given['connections']) ?? connectionsFor(numbers.factories * numbers.metersPerFactory)
  if (connections !== 'meters' && connections !== 'sites') problems.push('--connections: must be meters or sites')
  if (problems.length > 0) return { kind: 'invalid', problems }
  const { interval, backfillInterval, ...rest } = numbers
  const options: Options = {
    ...rest,
    park,
    intervalMs: interval * 1_000,
    backfillIntervalMs: backfillInterval * 1_000,
    faults: given['faults'] === true,
    connections: connections === 'sites' ? 'sites' : 'meters',
    api: text(given['api']),
    mqtt: text(given['mqtt']),
    keyFile: text(given['key-file']),
  }
  return { kind: 'options', options }
}

const connectionsFor = (meters: number): Options['connections'] =>
  meters <= OWN_CONNECTION_METERS_MAX ? 'meters' : 'sites'

const text = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined

function parse(argv: readonly string[], problems: string[]): Given {
  const words = ['park', 'connections', 'api', 'mqtt', 'key-file', ...Object.values(NUMBERS).map(([name]) => name)]
  const flags = ['faults', 'check-config', 'help']
  const options = Object.fromEntries([
    ...words.map((name) => [name, { type: 'string' as const }] as const),
    ...flags.map((name) => [name, { type: 'boolean' as const }] as const),
  ])
  try {
    return parseArgs({ args: [...argv], options }).values as Given
  } catch (error) {
    problems.push((error as Error).message)
    return {}
  }
}

type Given = Record<string, string | boolean | undefined>
