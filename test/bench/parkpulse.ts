// ParkPulse under load: the whole house, its own load generator beside it, and what the store says afterwards.

import { askOps } from '@parkpulse/host'
import { startHouse, type RunningHouse, type ServiceName } from '../e2e/running-house.ts'
import { worstBehindS, type Sample } from './behind.ts'
import { nothingYet, residentMiB, watchCpu } from './cpu.ts'
import {
  BENCH_PARK,
  fleetDocument,
  fleetSites,
  fleetSources,
  METERS_PER_GATEWAY,
  type Login,
  type Shape,
} from './fleet.ts'
import { runLoadApart, type LoadOptions } from './load.ts'
import type { Outcome } from './outcome.ts'

const SERVICES: readonly ServiceName[] = ['broker', 'ingestion', 'aggregation', 'api']
const SAMPLE_MS = 1_000

async function provision(house: RunningHouse, shape: Shape): Promise<Map<string, Login>> {
  const imported = await house.ask('POST', '/api/v1/parks/import', fleetDocument(shape))
  if (imported.status >= 300) throw new Error(`import: ${imported.status} ${JSON.stringify(imported.body)}`)
  const logins = new Map<string, Login>()
  for (const { id } of fleetSites(shape)) {
    const { status, body } = await house.ask('POST', `/api/v1/parks/${BENCH_PARK}/sites/${id}/credentials`)
    if (status !== 201) throw new Error(`credentials of ${id}: ${status} ${JSON.stringify(body)}`)
    logins.set(id, body as Login)
  }
  return logins
}

/** What a counter of a service says; `label` picks one of its values. */
async function counter(
  house: RunningHouse,
  service: ServiceName,
  { name, label = '' }: { name: string; label?: string },
): Promise<number> {
  const answer = await askOps(house.data, service, '/metrics', 2_000)
  if (answer === undefined) throw new Error(`${service} does not answer`)
  const lines = answer.body.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes(label))
  if (lines.length === 0) throw new Error(`${service} has no ${name}`)
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

export type LoadShape = Shape & { readonly window: number; readonly seconds: number; readonly messagesPerS?: number }

/** One run; the house is new and empty. */
export async function measureParkpulse(shape: LoadShape): Promise<Outcome> {
  const house = await startHouse()
  try {
    const logins = await provision(house, shape)
    const perMessage = shape.kind === 'gateway' ? METERS_PER_GATEWAY : 1
    const look = async (): Promise<Sample> => {
      const [acknowledged, stored] = await Promise.all([
        counter(house, 'broker', { name: 'parkpulse_broker_acks_total' }),
        counter(house, 'ingestion', { name: 'parkpulse_ingestion_values_total', label: 'outcome="stored"' }),
      ])
      return { at: performance.now(), acknowledged: acknowledged * perMessage, stored }
    }
    const pids = Object.fromEntries(SERVICES.map((name) => [name, house.pidOf(name) ?? 0]))
    const samples: Sample[] = []
    let cpu = nothingYet
    const watch = new AbortController()
    const options: LoadOptions = {
      port: house.mqttPort,
      sources: fleetSources(shape, (site) => logins.get(site) ?? { username: '', password: '' }),
      window: shape.window,
      durationMs: shape.seconds * 1_000,
      drainMs: 10_000,
      readingsPerMessage: perMessage,
      startAt: Date.now() - 600_000,
      ...(shape.messagesPerS === undefined ? {} : { messagesPerS: shape.messagesPerS }),
    }
    const sampling = (async () => {
      while (!watch.signal.aborted) {
        samples.push(await look())
        await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS))
      }
    })()
    const load = await runLoadApart(options, (pid) => {
      cpu = watchCpu({ ...pids, load: pid })
    })
    const cores = cpu()
    const memoryMiB = Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, residentMiB(pid)]))
    const doneAt = performance.now()
    let last = await look()
    const storedWhileSending = last.stored
    while (last.stored < load.readings && performance.now() - doneAt < 60_000) last = await look()
    const settledS = (performance.now() - doneAt) / 1_000
    watch.abort()
    await sampling
    return {
      acknowledgedPerS: load.readingsPerS,
      storedPerS: storedWhileSending / load.seconds,
      behindS: Math.max(settledS, worstBehindS(samples)),
      ackMs: load.ackMs,
      acknowledged: load.readings,
      stored: last.stored,
      cores,
      memoryMiB,
    }
  } finally {
    await house.dispose()
  }
}
