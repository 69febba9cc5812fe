// Before anything starts: is this data folder in use already, and are the ports free?

import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { askOps, type Config } from '@parkpulse/host'
import { rebuildingFolder } from '../rebuild/rebuilding.ts'

/** Processes whose supervisor was killed need up to their closing deadline to go. */
const WAIT_FOR_PREDECESSOR_MS = 10_000
const LOOK_AGAIN_MS = 250
const ANSWER_MS_MAX = 1_000

/** Which services of this data folder are alive, also those that rebuild its store. */
export async function servicesAlive(data: string, names: readonly string[]): Promise<readonly string[]> {
  const isAlive = async (name: string): Promise<boolean> => {
    const ask = (folder: string) => askOps(folder, name, '/health/live', ANSWER_MS_MAX)
    return (await Promise.all([data, rebuildingFolder(data)].map(ask))).some((answer) => answer !== undefined)
  }
  const answers = await Promise.all(names.map(isAlive))
  return names.filter((_, index) => answers[index])
}

/** One sentence about what is in the way, or undefined. Waits for processes whose supervisor was killed: they are about to end. */
export async function whatIsInTheWay(config: Config, names: readonly string[]): Promise<string | undefined> {
  for (let waited = 0; ; waited += LOOK_AGAIN_MS) {
    const alive = await servicesAlive(config.data, ['start', ...names])
    if (alive.length === 0) return await portsProblem(config)
    if (alive.includes('start') || waited >= WAIT_FOR_PREDECESSOR_MS) {
      return `ParkPulse is already running, or being replayed, on ${config.data} (${alive.join(', ')}).`
    }
    await pause(LOOK_AGAIN_MS)
  }
}

const portsProblem = async ({ mqttHost, mqttPort, httpHost, httpPort }: Config): Promise<string | undefined> =>
  (await portProblem(mqttHost, mqttPort, 'PARKPULSE_MQTT_PORT')) ??
  (await portProblem(httpHost, httpPort, 'PARKPULSE_HTTP_PORT'))

async function portProblem(host: string, port: number, setting: string): Promise<string | undefined> {
  const server = createServer()
  try {
    server.listen({ host, port, exclusive: true })
    await once(server, 'listening')
    return undefined
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    const reasons: Record<string, string> = {
      EADDRINUSE: 'is taken by another program',
      EACCES: 'may not be opened by this user',
      EADDRNOTAVAIL: `cannot be opened: this machine has no address ${host}`,
    }
    return `Port ${port} ${reasons[code] ?? `cannot be opened (${code})`}; choose another with ${setting}, or stop the other.`
  } finally {
    server.close()
  }
}
