// The processes of one machine, in the order in which they start.

import path from 'node:path'
import type { Config } from '@parkpulse/host'

export type Service = { readonly name: string; readonly script: string; readonly args: readonly string[] }

export const ROOT = path.dirname(path.dirname(import.meta.dirname))

/** The API comes first: it makes the registry and the administrator's key that the others read. */
export function servicesOf(config: Pick<Config, 'simulator'>): readonly Service[] {
  const services = ['api', 'broker', 'ingestion', 'aggregation'].map((name) => service(name, `services/${name}`))
  return config.simulator === 'on' ? [...services, service('simulator', 'simulators/meters')] : services
}

const service = (name: string, folder: string): Service => ({
  name,
  script: path.join(ROOT, folder, 'src/main.ts'),
  args: [],
})
