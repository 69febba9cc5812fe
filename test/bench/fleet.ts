// The fleet of the bench: sites with meters, one connection a meter or one gateway a site.

import type { LoadSource } from './load-packets.ts'

/** A gateway's message holds one reading of each of its meters. */
export const METERS_PER_GATEWAY = 50
/** Single meters of one site share its credential. */
const METERS_PER_SITE = 50
export const BENCH_PARK = 'bench'

export type Shape = { readonly connections: number; readonly kind: 'single' | 'gateway' }

export type FleetSite = { readonly id: string; readonly meters: readonly string[] }

/** The sites and meters that a shape needs: every connection has a meter (or a gateway's worth of them) to itself. */
export function fleetSites({ connections, kind }: Shape): readonly FleetSite[] {
  const meters = kind === 'single' ? connections : connections * METERS_PER_GATEWAY
  const perSite = kind === 'single' ? METERS_PER_SITE : METERS_PER_GATEWAY
  return Array.from({ length: Math.ceil(meters / perSite) }, (_, s) => ({
    id: `site-${s}`,
    meters: Array.from({ length: Math.min(perSite, meters - s * perSite) }, (_unused, m) => `meter-${s}-${m}`),
  }))
}

export type Login = { readonly username: string; readonly password: string }

/** One source per connection. */
export function fleetSources(shape: Shape, loginOf: (site: string) => Login): readonly LoadSource[] {
  return fleetSites(shape).flatMap(({ id, meters }) => {
    const prefix = `parkpulse/v1/${BENCH_PARK}/${id}`
    if (shape.kind === 'gateway') return [{ ...loginOf(id), topic: `${prefix}/readings`, meters }]
    return meters.map((meter) => ({ ...loginOf(id), topic: `${prefix}/${meter}/readings` }))
  })
}

/** A park document with the fleet: electricity meters with one energy register each. */
export function fleetDocument(shape: Shape): object {
  return {
    park: { id: BENCH_PARK, name: 'Bench', timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' },
    sites: fleetSites(shape).map(({ id, meters }) => ({
      id,
      name: id,
      meters: meters.map((meter) => ({
        id: meter,
        name: meter,
        commodity: 'electricity',
        registers: [{ quantity: 'active_energy_import_kwh' }],
      })),
    })),
  }
}
