// All lines of the practice park: one per meter or per site, and a gateway per site for the past.

import type { Logger } from '@parkpulse/host'
import type { SiteKeys } from './credentials.ts'
import { type Line, openLine } from './line.ts'
import type { Options } from './options.ts'
import type { SimulatedMeter, SimulatedPark, SimulatedSite } from './park.ts'

export type Lines = {
  readonly lineOf: (meter: SimulatedMeter) => Line
  readonly gatewayOf: (site: SimulatedSite) => Line
  /** How many lines there are, and how many of them are connected. */
  count(): { lines: number; connected: number }
  close(): Promise<void>
}

export type LinesOptions = {
  readonly url: string
  readonly park: SimulatedPark
  readonly keys: SiteKeys
  readonly connections: Options['connections']
  readonly log: Logger
}

/** Opens every line; they connect on their own time. */
export async function openLines({ url, park, keys, connections, log }: LinesOptions): Promise<Lines> {
  const lines = new Map<string, Line>()
  for (const site of park.sites) {
    const key = await keys.keyOf(site.id)
    const refused = (old: typeof key) => keys.refused(site.id, old)
    const names = connections === 'meters' ? site.meters.map((meter) => `${site.id}/${meter.id}`) : []
    for (const name of [site.id, ...names]) {
      lines.set(name, openLine({ url, clientId: `sim-${park.id}-${name.replace('/', '-')}`, key, refused, log }))
    }
  }
  const lineNamed = (name: string): Line => {
    const line = lines.get(name)
    if (line === undefined) throw new Error(`no line for ${name}`)
    return line
  }
  return {
    lineOf: (meter) => lineNamed(connections === 'meters' ? `${meter.site}/${meter.id}` : meter.site),
    gatewayOf: (site) => lineNamed(site.id),
    count: () => ({ lines: lines.size, connected: [...lines.values()].filter((line) => line.connected).length }),
    close: async () => void (await Promise.all([...lines.values()].map((line) => line.close()))),
  }
}
