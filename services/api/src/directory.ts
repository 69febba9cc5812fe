// The directory: what is registered, ready to be looked up and cut to what a caller may see.

import type { Rule } from '@parkpulse/alerting'
import { quantityNamed, type Quantity, type Register, type RegisterId } from '@parkpulse/metering'
import type { Installation, InstallationQuery, Meter, Park, Reach, Site } from '@parkpulse/registry'
import { relate } from './access.ts'
import { notFound } from './problem.ts'
import { zoneNamed, type Zone } from './zone.ts'

/** A register with everything that it stands in. */
export type Entry = {
  readonly register: Register
  readonly quantity: Quantity
  readonly meter: Meter
  readonly zone: Zone
  /** Whose grid factors speak for it. */
  readonly gridRegion: string
}

export type Directory = {
  readonly installation: Installation
  readonly zones: ReadonlyMap<string, Zone>
  readonly entries: ReadonlyMap<RegisterId, Entry>
  readonly rules: ReadonlyMap<string, Rule>
}

/** What a caller asked for; what is left out is not narrowed. */
export type PlaceFilter = { readonly park?: string; readonly site?: string; readonly meter?: string }

/** What of it is there and within reach. */
export type Chosen = {
  readonly parks: readonly Park[]
  readonly sites: readonly Site[]
  readonly meters: readonly Meter[]
}

/** `park/site/meter`, as in topics and addresses. */
export const meterPath = (meter: Pick<Meter, 'park' | 'site' | 'id'>): string =>
  `${meter.park}/${meter.site}/${meter.id}`

/** The directory of the registry, made anew only when the installation has changed. */
export function openDirectory(registry: InstallationQuery): () => Directory {
  let directory = createDirectory(registry.installation())
  return () => {
    const installation = registry.installation()
    if (installation !== directory.installation) directory = createDirectory(installation)
    return directory
  }
}

export function createDirectory(installation: Installation): Directory {
  const parks = new Map(installation.parks.map((park) => [park.id, park]))
  const zones = new Map(installation.parks.map((park) => [park.id, zoneNamed(park.timeZone)]))
  const entries = installation.meters.flatMap((meter) =>
    registersEver(meter).flatMap((register): [RegisterId, Entry][] => {
      const quantity = quantityNamed(register.quantity)
      const [zone, park] = [zones.get(meter.park), parks.get(meter.park)]
      if (quantity === undefined || zone === undefined || park === undefined) return []
      return [[register.id, { register, quantity, meter, zone, gridRegion: park.gridRegion }]]
    }),
  )
  const rules = new Map(installation.rules.map((rule) => [rule.id, rule]))
  return { installation, zones, entries: new Map(entries), rules }
}

/** Retired registers still have a past that is asked for. */
const registersEver = (meter: Meter): readonly Register[] => [...meter.registers, ...(meter.retired ?? [])]

/** Everything of the filter that lies within the reach. Throws the problem of a place that is named but not there. */
export function choose({ installation }: Directory, reach: Reach, filter: PlaceFilter): Chosen {
  const { park, site, meter } = filter
  const inPark = (id: string) => park === undefined || id === park
  const inSite = (id: string) => site === undefined || id === site
  const parks = installation.parks.filter(
    ({ id }) => inPark(id) && relate(reach, { kind: 'park', park: id }) !== 'apart',
  )
  const sites = installation.sites.filter((s) => inPark(s.park) && inSite(s.id) && reaches(reach, s.park, s.id))
  const meters = installation.meters.filter(
    (m) =>
      inPark(m.park) && inSite(m.site) && (meter === undefined || m.id === meter) && reaches(reach, m.park, m.site),
  )
  if (park !== undefined && parks.length === 0) throw notFound(`Park ${park}`)
  if (site !== undefined && sites.length === 0) throw notFound(`Site ${site}`)
  if (meter !== undefined && meters.length === 0) throw notFound(`Meter ${meter}`)
  return { parks, sites, meters }
}

/** A register of the meter at `park/site/meter`, within the reach. Throws the problem of a meter or a register that is not there. */
export function chooseRegister(
  directory: Directory,
  reach: Reach,
  { meter: path, quantity }: { readonly meter: string; readonly quantity: string },
): Entry {
  const [park = '', site = '', id = ''] = path.split('/')
  const [meter] = choose(directory, reach, { park, site, meter: id }).meters
  const entry = [...directory.entries.values()].find((e) => e.meter === meter && e.quantity.name === quantity)
  if (entry === undefined) throw notFound(`A register ${quantity} of meter ${path}`)
  return entry
}

/** Whether a site lies within the reach. */
export const reaches = (reach: Reach, park: string, site: string): boolean =>
  relate(reach, { kind: 'site', park, site }) === 'covers'
