// What aggregation needs to know of each register, by its number; made anew from the installation when that changes.

import { appliesTo, type LimitRule, type MeterPlace } from '@parkpulse/alerting'
import type { Register, RegisterId } from '@parkpulse/metering'
import type { Installation } from '@parkpulse/registry'

export type KnownRegister = {
  readonly register: Register
  readonly place: MeterPlace
  /** Whose grid factors speak for its park. */
  readonly gridRegion: string
  /** The rules that watch it; none for a cumulative one, nor for one that is no longer listed. */
  readonly rules: readonly LimitRule[]
}

export type RegisterIndex = ReadonlyMap<RegisterId, KnownRegister>

/** All registers of the installation; also those no longer listed, whose last hours are still to be closed. */
export function indexRegisters(installation: Installation): RegisterIndex {
  const gridRegions = new Map(installation.parks.map((park) => [park.id, park.gridRegion]))
  const rulesOf = Map.groupBy(installation.rules, (rule) => rule.quantity)
  const index = new Map<RegisterId, KnownRegister>()
  for (const { park, site, id, registers, retired = [] } of installation.meters) {
    const place: MeterPlace = { park, site, meter: id }
    const gridRegion = gridRegions.get(park)
    if (gridRegion === undefined) throw new Error(`meter ${park}/${site}/${id} stands in a park that is not registered`)
    for (const register of retired) index.set(register.id, { register, place, gridRegion, rules: [] })
    for (const register of registers) {
      const { quantity } = register
      const candidates = register.kind === 'momentary' ? (rulesOf.get(quantity) ?? []) : []
      const rules = candidates.filter((rule) => appliesTo(rule, place, quantity))
      index.set(register.id, { register, place, gridRegion, rules })
    }
  }
  return index
}
