// The peer under the same load: Mosquitto, and a plain mqtt.js subscriber that writes the same readings into the same kind of store.

import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { eventually, freePort } from '../e2e/running-house.ts'
import { nothingYet, residentMiB, watchCpu } from './cpu.ts'
import { BENCH_PARK, fleetSites, fleetSources, METERS_PER_GATEWAY } from './fleet.ts'
import { runLoadApart } from './load.ts'
import type { Outcome } from './outcome.ts'
import type { LoadShape } from './parkpulse.ts'

/** As measured to lose nothing while a consumer restarts; with its defaults it drops messages. */
const CONFIGURATION = (port: number): string =>
  `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 1000\npersistence false\n`

async function startMosquitto(folder: string, port: number): Promise<ChildProcess> {
  const file = path.join(folder, 'mosquitto.conf')
  await writeFile(file, CONFIGURATION(port))
  const broker = spawn('mosquitto', ['-c', file], { stdio: 'ignore' })
  const failed = once(broker, 'error').then(([error]) => Promise.reject(error as Error))
  const up = eventually('mosquitto listens', 10_000, async () => {
    const socket = connect(port, '127.0.0.1')
    const answer = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => undefined),
    ])
    socket.destroy()
    return answer
  })
  await Promise.race([failed, up])
  return broker
}

async function startWorker(folder: string, port: number, shape: LoadShape): Promise<ChildProcess> {
  const registers: Record<string, Record<string, number>> = {}
  let id = 0
  for (const site of fleetSites(shape)) {
    for (const meter of site.meters)
      registers[`${BENCH_PARK}/${site.id}/${meter}`] = { active_energy_import_kwh: (id += 1) }
  }
  const file = path.join(folder, 'worker.json')
  await writeFile(file, JSON.stringify({ port, store: path.join(folder, 'store'), registers }))
  const worker = fork(path.join(import.meta.dirname, 'peer-worker.ts'), [file], { stdio: 'inherit' })
  await once(worker, 'message')
  return worker
}

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

/** One run; broker and store are new and empty. */
export async function measurePeer(shape: LoadShape): Promise<Outcome> {
  const folder = await mkdtemp(path.join(tmpdir(), 'parkpulse-peer-'))
  const port = await freePort()
  const broker = await startMosquitto(folder, port)
  const worker = await startWorker(folder, port, shape)
  try {
    const perMessage = shape.kind === 'gateway' ? METERS_PER_GATEWAY : 1
    let stored = 0
    let cpu = nothingYet
    worker.on('message', ({ written }: { written: number }) => {
      stored = written
    })
    const load = await runLoadApart(
      {
        port,
        sources: fleetSources(shape, () => ({ username: 'bench', password: 'bench' })),
        window: shape.window,
        durationMs: shape.seconds * 1_000,
        drainMs: 10_000,
        readingsPerMessage: perMessage,
        startAt: Date.now() - 600_000,
        ...(shape.messagesPerS === undefined ? {} : { messagesPerS: shape.messagesPerS }),
      },
      (pid) => {
        cpu = watchCpu({ mosquitto: broker.pid ?? 0, worker: worker.pid ?? 0, load: pid })
      },
    )
    const cores = cpu()
    const doneAt = performance.now()
    const storedWhileSending = stored
    const settled = eventually('the peer has stored everything', 120_000, () =>
      stored >= load.readings ? true : undefined,
    )
    await settled.catch(() => undefined)
    const settledS = (performance.now() - doneAt) / 1_000
    return {
      acknowledgedPerS: load.readingsPerS,
      storedPerS: storedWhileSending / load.seconds,
      behindS: settledS,
      ackMs: load.ackMs,
      acknowledged: load.readings,
      stored,
      cores,
      memoryMiB: { mosquitto: residentMiB(broker.pid ?? 0), worker: residentMiB(worker.pid ?? 0) },
    }
  } finally {
    await ended(worker)
    await ended(broker)
    await rm(folder, { recursive: true, force: true })
  }
}
