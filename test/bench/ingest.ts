// `npm run bench -- ingest`: durable readings per second and acknowledgement latency, beside a peer in the same run.

import { parseArgs } from 'node:util'
import { measurePeer } from './mosquitto-peer.ts'
import { row, table, type Outcome } from './outcome.ts'
import { measureParkpulse, type LoadShape } from './parkpulse.ts'

type Bench = Pick<LoadShape, 'connections' | 'kind' | 'window'> & { readonly hold?: number }

/**
 * Windows: a meter alone has few messages in flight; a lone connection fills its pipe; gateways have two on their way.
 * `hold`: readings per second to hold (design.md §6 and the bench's own table in test/README.md).
 */
const BENCHES: Readonly<Record<string, Bench>> = {
  'single-1': { connections: 1, kind: 'single', window: 500 },
  'single-100': { connections: 100, kind: 'single', window: 20, hold: 40_000 },
  'single-1000': { connections: 1_000, kind: 'single', window: 2, hold: 20_000 },
  'gateway-1': { connections: 1, kind: 'gateway', window: 50 },
  'gateway-100': { connections: 100, kind: 'gateway', window: 2, hold: 100_000 },
  'gateway-1000': { connections: 1_000, kind: 'gateway', window: 1 },
}

/** The peer must be beaten by this where there is a number to hold. */
const RATIO_TO_HOLD = 1.5
const BEHIND_S_TO_HOLD = 2

const COUNTERS = { acknowledged: 'parkpulse_broker_acks_total', stored: 'parkpulse_ingestion_readings_stored_total' }

function verdicts(name: string, { hold }: Bench, ours: Outcome, peer: Outcome | undefined): string[] {
  const missed: string[] = []
  if (ours.stored !== ours.acknowledged)
    missed.push(`${ours.acknowledged - ours.stored} acknowledged readings are not stored`)
  if (hold === undefined) return missed.map((what) => `${name}: ${what}`)
  if (ours.storedPerS < hold) missed.push(`${Math.round(ours.storedPerS)} readings/s, to hold ${hold}`)
  if (ours.behindS > BEHIND_S_TO_HOLD)
    missed.push(`in the store after ${ours.behindS.toFixed(1)} s, to hold ${BEHIND_S_TO_HOLD} s`)
  const ratio = peer === undefined ? Infinity : ours.storedPerS / peer.storedPerS
  if (ratio < RATIO_TO_HOLD) missed.push(`${ratio.toFixed(2)} times the peer, to hold ${RATIO_TO_HOLD}`)
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
  const rows: string[][] = []
  const missed: string[] = []
  for (const name of names) {
    const bench = BENCHES[name] as Bench
    process.stderr.write(`bench ingest: ${name} …\n`)
    const peer = values['no-peer'] ? undefined : await measurePeer({ ...bench, seconds })
    const ours = await measureParkpulse({ ...bench, seconds }, COUNTERS)
    rows.push(row(name, 'ParkPulse', ours, peer))
    if (peer !== undefined) rows.push(row('', 'Mosquitto + mqtt.js', peer))
    missed.push(...verdicts(name, bench, ours, peer))
  }
  process.stdout.write(`${table(rows)}\n`)
  for (const one of missed) process.stdout.write(`not held: ${one}\n`)
  return missed.length === 0 ? 0 : 1
}
