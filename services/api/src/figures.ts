// Fetching figures: the sums of many registers between edges, asked of the store in pieces that it can answer at once.

import { HOUR_MS, type Instant, type Period, type RegisterId } from '@parkpulse/metering'
import type { EmissionSum, FiguresQuery, HourSum, SumsQuery } from '@parkpulse/store'
import type { Entry } from './directory.ts'
import { foldEmissions } from './emission-sum.ts'
import { slotsByEdges, type Slot } from './figure-page.ts'
import { foldHours } from './sum.ts'

export type FigureDoors = Pick<FiguresQuery, 'hours' | 'emissions'> & Partial<SumsQuery>

/** About a month of 60 registers: some 50 ms of the store's time, so that others get their turn in between. */
const PIECE_HOURS = 50_000

/** The figures of registers between edges, added up; by register, then by stretch. */
export async function hourSumsOf(
  figures: FigureDoors,
  ids: readonly RegisterId[],
  edges: readonly Instant[],
): Promise<readonly HourSum[]> {
  if (figures.hourSums !== undefined) return figures.hourSums(ids, edges)
  return inPieces(ids, edges, async (some, period) => foldHours(await figures.hours(some, period), edges))
}

/** The emissions of registers between edges, added up. */
export async function emissionSumsOf(
  figures: FigureDoors,
  ids: readonly RegisterId[],
  edges: readonly Instant[],
): Promise<readonly EmissionSum[]> {
  if (figures.emissionSums !== undefined) return figures.emissionSums(ids, edges)
  return inPieces(ids, edges, async (some, period) => foldEmissions(await figures.emissions(some, period), edges))
}

async function inPieces<T>(
  ids: readonly RegisterId[],
  edges: readonly Instant[],
  ask: (ids: readonly RegisterId[], period: Period) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const [from, until] = [edges.at(0), edges.at(-1)]
  if (from === undefined || until === undefined || until <= from) return []
  const size = Math.max(1, Math.floor(PIECE_HOURS / ((until - from) / HOUR_MS)))
  const pieces: (readonly T[])[] = []
  for (let start = 0; start < ids.length; start += size)
    pieces.push(await ask(ids.slice(start, start + size), { from, until }))
  return pieces.flat()
}

type Members = { readonly entries: readonly Entry[] }
type OfRegister = { readonly registerId: RegisterId }

/** The sums of each slot's registers, asked for together where the edges are the same. */
export async function sumsOfSlots<G extends Members, T extends OfRegister>(
  slots: readonly Slot<G>[],
  ask: (ids: readonly RegisterId[], edges: readonly Instant[]) => Promise<readonly T[]>,
): Promise<ReadonlyMap<Slot<G>, readonly T[]>> {
  const bySlot = new Map<Slot<G>, readonly T[]>()
  for (const [edges, together] of slotsByEdges(slots)) {
    const ids = new Set(together.flatMap(({ group }) => group.entries.map(({ register }) => register.id)))
    const byRegister = Map.groupBy(await ask([...ids], edges), ({ registerId }) => registerId)
    for (const slot of together)
      bySlot.set(
        slot,
        slot.group.entries.flatMap(({ register }) => byRegister.get(register.id) ?? []),
      )
  }
  return bySlot
}
