// `npm run bench -- ingest`: durable readings per second and acknowledgement latency, beside a peer in the same run.

import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { measurePeer } from './mosquitto-peer.ts'
import { row, table, type Outcome } from './outcome.ts'
import { measureParkpulse, type LoadShape } from './parkpulse.ts'

type Bench = Omit<LoadShape, 'seconds'> & {
  /** Readings per second to hold, in the store within `BEHIND_S_TO_HOLD`. */
  readonly hold?: number
  /** Offered without end, so the peer is compared with at its best too. */
  readonly flatOut?: boolean
}

/**
 * Singles are offered as fast as acknowledgements come. Meters behind a connection send what they have gathered without waiting
 * for each acknowledgement (window 20); `lockstep` has one message in flight each. Gateways are offered at a rate: the journal
 * takes five times what any store writes, so flat out only the backlog would be measured.
 */
const BENCHES: Readonly<Record<string, Bench>> = {
  'single-1': { connections: 1, kind: 'single', window: 500, flatOut: true },
  'single-100': { connections: 100, kind: 'single', window: 20, hold: 40_000, flatOut: true },
  'single-1000': { connections: 1_000, kind: 'single', window: 20, hold: 20_000, flatOut: true },
  'single-1000-lockstep': { connections: 1_000, kind: 'single', window: 1, hold: 20_000, flatOut: true },
  'single-1000-half': { connections: 1_000, kind: 'single', window: 20, messagesPerS: 10_000 },
  'gateway-1': { connections: 1, kind: 'gateway', window: 50, messagesPerS: 2_400 },
  'gateway-100': { connections: 100, kind: 'gateway', window: 2, messagesPerS: 2_400, hold: 100_000 },
  'gateway-1000': { connections: 1_000, kind: 'gateway', window: 2, messagesPerS: 2_400 },
  'gateway-100-most': { connections: 100, kind: 'gateway', window: 2, messagesPerS: 4_000, flatOut: true },
}

/** The peer must be beaten by this where there is a number to hold. */
const RATIO_TO_HOLD = 1.5
const BEHIND_S_TO_HOLD = 2

function verdicts(name: string, { hold, flatOut = false }: Bench, ours: Outcome, peer: Outcome | undefined): string[] {
  const missed: string[] = []
  if (ours.stored !== ours.acknowledged)
    missed.push(`${ours.acknowledged - ours.stored} acknowledged readings are not stored`)
  if (hold !== undefined && ours.storedPerS < hold)
    missed.push(`${Math.round(ours.storedPerS)} readings/s, to hold ${hold}`)
  if (hold !== undefined && ours.behindS > BEHIND_S_TO_HOLD) {
    missed.push(`in the store after ${ours.behindS.toFixed(1)} s, to hold ${BEHIND_S_TO_HOLD} s`)
  }
  const ratio = peer === undefined ? Infinity : ours.storedPerS / peer.storedPerS
  if (flatOut && ratio < RATIO_TO_HOLD) missed.push(`${ratio.toFixed(2)} times the peer, to hold ${RATIO_TO_HOLD}`)
  return missed.map((what) => `${name}: ${what}`)
}

/** Runs the named benches (all by default); the exit code is 1 when a number is not held. */
export async function benchIngest(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { seconds: { type: 'string', default: '30' }, 'no-peer': { type: 'boolean', default: false } },
  })
  const names = positionals.length > 0 ? positionals : Object.keys(BENCHES)
  const seconds = Number(values.seconds)
  const unknown = names.filter((name) => BENCHES[name] === undefined)
  if (unknown.length > 0 || !(seconds > 0)) {
    process.stderr.write(
      `bench ingest: unknown ${unknown.join(', ') || '--seconds'}; there are ${Object.keys(BENCHES).join(', ')}\n`,
    )
    return 2
  }
  if (!values['no-peer'] && spawnSync('mosquitto', ['-h']).error !== undefined) {
    process.stderr.write(
      'bench ingest: the peer needs mosquitto in the PATH (Debian: apt-get install mosquitto, /usr/sbin); or --no-peer\n',
    )
    return 2
  }
  const rows: string[][] = []
  const missed: string[] = []
  for (const name of names) {
    const bench = BENCHES[name] as Bench
    process.stderr.write(`bench ingest: ${name} …\n`)
    const peer = values['no-peer'] ? undefined : await measurePeer({ ...bench, seconds })
    const ours = await measureParkpulse({ ...bench, seconds })
    const fresh = [row(name, 'ParkPulse', ours, peer)]
    if (peer !== undefined) fresh.push(row('', 'Mosquitto + mqtt.js', peer))
    process.stderr.write(`${table(fresh)}\n`)
    rows.push(...fresh)
    missed.push(...verdicts(name, bench, ours, peer))
  }
  process.stdout.write(`${table(rows)}\n`)
  for (const one of missed) process.stdout.write(`not held: ${one}\n`)
  return missed.length === 0 ? 0 : 1
}
