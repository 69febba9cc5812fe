// The whole house, running: `infra/start.ts` with a data folder and ports of its own, for tests that look at it from outside.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '../..')
/** From the first process to a ready house on a busy machine. */
const READY_WITHIN_MS = 60_000

export type ServiceName = 'api' | 'broker' | 'ingestion' | 'aggregation'

export type Answer = { readonly status: number; readonly body: unknown }

export type RunningHouse = {
  readonly data: string
  readonly mqttPort: number
  readonly httpPort: number
  readonly supervisor: ChildProcess
  adminKey(): string
  /** Asks the API with the administrator's key. */
  ask(method: string, pathname: string, body?: unknown): Promise<Answer>
  /** The process that runs a service now, or undefined while it is down. */
  pidOf(service: ServiceName | 'simulator'): number | undefined
  untilReady(): Promise<void>
  /** Everything the supervisor printed. */
  console(): string
  /** Stops in order; the data folder stays. */
  stop(): Promise<void>
  /** Stops and removes the data folder, if it was made here. */
  dispose(): Promise<void>
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Asks again every 100 ms until the answer is not undefined; throws with `what` after `ms`. */
export async function eventually<T>(
  what: string,
  ms: number,
  ask: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const until = Date.now() + ms
  let last: unknown
  while (Date.now() < until) {
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`not within ${ms} ms: ${what}`, { cause: last })
}

function childOf(parent: number, script: string): number | undefined {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
      const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (Number(ppid) !== parent || state === 'Z') continue
      if (readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(script)) return Number(entry)
    } catch {
      // It ended while we looked.
    }
  }
  return undefined
}

/** Starts the house; resolves once `/health/ready` says so. */
export async function startHouse(
  options: { data?: string; env?: Record<string, string>; mqttPort?: number; httpPort?: number } = {},
): Promise<RunningHouse> {
  const data = options.data ?? (await mkdtemp(path.join(tmpdir(), 'parkpulse-house-')))
  const mqttPort = options.mqttPort ?? (await freePort())
  const httpPort = options.httpPort ?? (await freePort())
  const supervisor = spawn(process.execPath, [path.join(ROOT, 'infra/start.ts')], {
    cwd: ROOT,
    env: {
      ...process.env,
      PARKPULSE_DATA: data,
      PARKPULSE_MQTT_HOST: '127.0.0.1',
      PARKPULSE_HTTP_HOST: '127.0.0.1',
      PARKPULSE_MQTT_PORT: String(mqttPort),
      PARKPULSE_HTTP_PORT: String(httpPort),
      PARKPULSE_SIMULATOR: 'off',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  const keep = (bytes: Buffer): void => {
    printed = (printed + bytes.toString()).slice(-100_000)
  }
  supervisor.stdout.on('data', keep)
  supervisor.stderr.on('data', keep)

  const adminKey = (): string => readFileSync(path.join(data, 'admin.key'), 'utf8').trim()
  const stop = async (): Promise<void> => {
    if (supervisor.exitCode !== null || supervisor.signalCode !== null) return
    const ended = once(supervisor, 'exit')
    supervisor.kill('SIGTERM')
    await ended
  }
  const house: RunningHouse = {
    data,
    mqttPort,
    httpPort,
    supervisor,
    adminKey,
    console: () => printed,
    async ask(method, pathname, body) {
      const response = await fetch(`http://127.0.0.1:${httpPort}${pathname}`, {
        method,
        headers: {
          authorization: `Bearer ${adminKey()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      const json = response.headers.get('content-type')?.includes('json') === true
      return { status: response.status, body: json ? JSON.parse(text) : text }
    },
    pidOf: (service) =>
      supervisor.pid === undefined
        ? undefined
        : childOf(
            supervisor.pid,
            service === 'simulator' ? 'simulators/meters/src/main.ts' : `services/${service}/src/main.ts`,
          ),
    async untilReady() {
      await eventually('the house is ready', READY_WITHIN_MS, async () => {
        if (supervisor.exitCode !== null) throw new Error(`start.ts ended with ${supervisor.exitCode}:\n${printed}`)
        const response = await fetch(`http://127.0.0.1:${httpPort}/health/ready`)
        await response.text()
        return response.status === 200 ? true : undefined
      })
    },
    stop,
    async dispose() {
      await stop()
      if (options.data === undefined) await rm(data, { recursive: true, force: true })
    },
  }
  try {
    await house.untilReady()
  } catch (error) {
    await house.dispose()
    throw new Error(`the house did not start; it printed:\n${printed}`, { cause: error })
  }
  return house
}
