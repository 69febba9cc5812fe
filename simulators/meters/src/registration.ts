// Registering the practice park like any operator would: through the HTTP API, with the administrator's key.

import type { Logger } from '@parkpulse/host'
import type { Api } from './api-client.ts'
import type { SimulatedMeter, SimulatedPark } from './park.ts'
import { permitRules } from './permit-rules.ts'

/** Requests at a time: enough to hide the round trips of a large fleet, too few to crowd anyone out. */
const REQUESTS_AT_A_TIME = 4

/** The most that the simulator lets pass in an hour, with tolerance, over the meter's ordinary full size. */
const MOST_OVER_FULL = 2

/** Registers park, sites and meters; all of it may be there already. */
export async function registerPark(api: Api, park: SimulatedPark, log: Logger): Promise<void> {
  await api.ask('PUT', `parks/${park.id}`, { name: park.name, timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' })
  await inParallel(park.sites, async (site) => {
    const place = `parks/${park.id}/sites/${site.id}`
    await api.ask('PUT', place, { name: site.name })
    for (const meter of site.meters) await api.ask('PUT', `${place}/meters/${meter.id}`, meterBody(meter))
  })
  const meters = park.sites.reduce((sum, site) => sum + site.meters.length, 0)
  log.info(
    { park: park.id, sites: park.sites.length, meters },
    `registered ${park.sites.length} factories with ${meters} meters`,
  )
}

/** Registers the park's rules. Apart from the meters: whoever measures need not wait for those who watch. */
export async function registerRules(api: Api, park: SimulatedPark): Promise<void> {
  for (const rule of permitRules(park.id)) await api.ask('PUT', `rules/${rule.id}`, rule.body)
}

/** A meter as its data sheet describes it. */
function meterBody(meter: SimulatedMeter): unknown {
  const { name, commodity, serial } = meter
  return { name, commodity, serial, registers: QUANTITIES[commodity].map((quantity) => registerBody(meter, quantity)) }
}

/** Momentary registers take the vocabulary's bounds. */
function registerBody(meter: SimulatedMeter, quantity: string): unknown {
  if (!COUNTING.test(quantity)) return { quantity }
  return {
    quantity,
    resolution: 10 ** -meter.decimals,
    capacity: meter.capacity,
    multiplier: meter.multiplier,
    mostPerHour: Math.ceil(meter.load.size * MOST_OVER_FULL),
  }
}

const COUNTING = /^(active|reactive)_energy_|^volume_/

const QUANTITIES: Record<SimulatedMeter['commodity'], readonly string[]> = {
  electricity: [
    'active_energy_import_kwh',
    'reactive_energy_import_kvarh',
    'active_power_kw',
    'power_factor',
    'voltage_l1_v',
    'current_l1_a',
  ],
  water: ['volume_m3', 'flow_m3_h', 'pressure_bar'],
  wastewater: ['volume_m3', 'flow_m3_h', 'ph', 'temperature_c', 'cod_mg_l', 'tss_mg_l', 'ammonium_n_mg_l'],
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: REQUESTS_AT_A_TIME }, worker))
}

/**
 * When the installation last heard from the quietest meter of the park: measured at, in milliseconds; undefined when there
 * is a meter that it has never heard.
 */
export async function lastHeard(api: Api, park: SimulatedPark): Promise<number | undefined> {
  const heard = new Map<string, number>()
  let cursor: string | undefined
  do {
    const query = new URLSearchParams({ park: park.id, limit: '1000', ...(cursor === undefined ? {} : { cursor }) })
    const page = (await api.ask('GET', `meters?${query.toString()}`)) as MetersPage
    for (const { site, id, registers } of page.items) {
      const instants = registers.flatMap(({ last }) => (last === null ? [] : Date.parse(last.at)))
      if (instants.length > 0) heard.set(`${site}/${id}`, Math.max(...instants))
    }
    cursor = page.next
  } while (cursor !== undefined)
  const ours = park.sites.flatMap((site) => site.meters.map((meter) => heard.get(`${site.id}/${meter.id}`)))
  return ours.reduce((least, at) => (least === undefined || at === undefined ? undefined : Math.min(least, at)))
}

/** What we read of `GET meters`. */
type MetersPage = {
  readonly items: readonly {
    readonly site: string
    readonly id: string
    readonly registers: readonly { readonly last: { readonly at: string } | null }[]
  }[]
  readonly next?: string
}
