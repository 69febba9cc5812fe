// Fetching figures: what the slots of a page need, asked of the store together where it can be.

import type { Instant, RegisterId } from '@parkpulse/metering'
import { SUMS_PER_ANSWER_MAX } from '@parkpulse/store'
import type { Entry } from './directory.ts'
import { slotsByEdges, type Slot } from './figure-page.ts'

type Members = { readonly entries: readonly Entry[] }
type OfRegister = { readonly registerId: RegisterId }
type AskSums<T> = (ids: readonly RegisterId[], edges: readonly Instant[]) => Promise<readonly T[]>

/** The sums of each slot's registers, asked for together where the edges are the same. */
export async function sumsOfSlots<G extends Members, T extends OfRegister>(
  slots: readonly Slot<G>[],
  ask: AskSums<T>,
): Promise<ReadonlyMap<Slot<G>, readonly T[]>> {
  const bySlot = new Map<Slot<G>, readonly T[]>()
  for (const [edges, together] of slotsByEdges(slots)) {
    const ids = new Set(together.flatMap(({ group }) => group.entries.map(({ register }) => register.id)))
    const byRegister = Map.groupBy(await askInSlices(ask, [...ids], edges), ({ registerId }) => registerId)
    for (const slot of together)
      bySlot.set(
        slot,
        slot.group.entries.flatMap(({ register }) => byRegister.get(register.id) ?? []),
      )
  }
  return bySlot
}

/** Asks for so many registers at a time as the store answers at once; between two questions others have their turn. */
async function askInSlices<T>(
  ask: AskSums<T>,
  ids: readonly RegisterId[],
  edges: readonly Instant[],
): Promise<readonly T[]> {
  const most = Math.max(1, Math.floor(SUMS_PER_ANSWER_MAX / edges.length))
  const answers: (readonly T[])[] = []
  for (let first = 0; first < ids.length; first += most) answers.push(await ask(ids.slice(first, first + most), edges))
  return answers.flat()
}
