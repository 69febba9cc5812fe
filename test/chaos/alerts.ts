// What the alerts of a run say, and what they must say, given the order in which the journal took the readings.

import { type AlertKind, type Change, type LimitRule, stepAlert, UNSEEN } from '@parkpulse/alerting'
import { journalExtent, openReader } from '@parkpulse/journal'
import type { Installation } from '@parkpulse/registry'
import { openFigures } from '@parkpulse/store'
import { parseTopic } from '@parkpulse/wire'
import path from 'node:path'

const QUANTITY = 'active_power_kw'
const PAGE = 10_000

/** Publishers send 60 + n % 11 every 20 s: of each eleven readings the tenth breaches, the eleventh fires, the next one resolves. */
export const ruleOf = (park: string): LimitRule => ({
  kind: 'limit',
  id: 'chaos-peak',
  place: { park },
  quantity: QUANTITY,
  breach: 'above',
  limit: 68,
  clear: 66,
  holdMs: 20_000,
  keepFiringMs: 0,
  severity: 'warning',
  advice: { vi: 'Giảm tải.', en: 'Shed load.' },
})

type Seen = { readonly at: number; readonly value: number }
/** A meter's alert: what it went through, in order, and where it stands. */
export type Story = { readonly changes: readonly Change[]; readonly kind: AlertKind }
export type Stories = ReadonlyMap<string, Story>

/** The alerts as they are stored, by meter. */
export async function storedStories(data: string, { meters }: Installation): Promise<Stories> {
  const figures = await openFigures({ folder: path.join(data, 'store') })
  try {
    const states = await figures.states()
    const changes = new Map<number, Change[]>()
    for (let after = 0; ;) {
      const page = await figures.transitionsSince(after, PAGE)
      for (const { registerId, from, to, at, value } of page) {
        changes.set(registerId, [...(changes.get(registerId) ?? []), { from, to, at, value }])
      }
      const last = page.at(-1)
      if (last === undefined) break
      after = last.number
    }
    return new Map(
      meters.map(({ id, registers }): [string, Story] => {
        const register = registers.find(({ quantity }) => quantity === QUANTITY)?.id ?? Number.NaN
        const kind = states.find(({ registerId }) => registerId === register)?.state.kind ?? 'inactive'
        return [id, { changes: changes.get(register) ?? [], kind }]
      }),
    )
  } finally {
    await figures.close()
  }
}

/** What each meter sent, in the order in which the journal took it; repetitions included. */
export async function arrivals(data: string): Promise<ReadonlyMap<string, readonly Seen[]>> {
  const folder = path.join(data, 'journal')
  const { first, committed } = await journalExtent(folder)
  if (committed === undefined) throw new Error('nobody knows how far the journal reaches')
  const reader = await openReader({ folder, from: first })
  const all = new Map<string, Seen[]>()
  try {
    for (let at = first; at < committed;) {
      const page = await reader.read({ entries: PAGE, bytes: 16_000_000 }, 1_000)
      for (const { topic, payload } of page.entries) {
        const place = parseTopic(topic)
        for (const { meter, ...seen } of readingsIn(Buffer.from(payload).toString())) {
          const name = place.kind === 'meter-readings' ? place.meter : (meter ?? '')
          const own = all.get(name) ?? []
          own.push(seen)
          all.set(name, own)
        }
      }
      at = page.next
    }
  } finally {
    await reader.close()
  }
  return all
}

/** The publishers' own form, read without the house's decoder. */
function readingsIn(text: string): ({ meter: string | undefined } & Seen)[] {
  type Item = { meter?: string; at: number; values: Record<string, number> }
  const items = [JSON.parse(text) as Item | Item[]].flat()
  return items.map(({ meter, at, values }) => ({ meter, at, value: values[QUANTITY] ?? Number.NaN }))
}

function storyOf(rule: LimitRule, observations: readonly Seen[]): Story {
  let state = UNSEEN
  const changes: Change[] = []
  for (const seen of observations) {
    const step = stepAlert(state, rule, seen)
    state = step.state
    changes.push(...step.changes)
  }
  return { changes, kind: state.kind }
}

/**
 * What must hold, however often anything was killed: an alert's transitions and final state are those of its readings stepped
 * **once each, in the order in which the journal took them**. That order is the only freedom a kill has: after a reconnect,
 * what was not acknowledged comes again, perhaps behind newer readings, and an observation that is not newer than the last
 * changes nothing; a breach may so be seen one reading later, or not at all. Given the order, nothing may differ. In
 * particular where no reading overtook another, the transitions are those of the undisturbed run (`sameWhereInOrder`).
 */
export function wrongStories(stories: Stories, seen: ReadonlyMap<string, readonly Seen[]>, rule: LimitRule): string[] {
  return [...stories].flatMap(([meter, story]) => {
    const wanted = storyOf(rule, seen.get(meter) ?? [])
    const wrong = [...firstDifference(story, wanted), ...brokenChain(story)]
    return wrong.map((words) => `alert of ${meter}: ${words}`)
  })
}

/** Of the meters whose first arrivals were in order: those whose story differs between the runs. */
export function sameWhereInOrder(
  disturbed: Stories,
  undisturbed: Stories,
  seen: ReadonlyMap<string, readonly Seen[]>,
): { readonly inOrder: number; readonly differing: readonly string[] } {
  const orderly = [...disturbed].filter(([meter]) => isInOrder(seen.get(meter) ?? []))
  const differing = orderly.flatMap(([meter, story]) => {
    const other = undisturbed.get(meter) ?? { changes: [], kind: 'inactive' as const }
    return firstDifference(story, other).map((words) => `alert of ${meter} in the two runs: ${words}`)
  })
  return { inOrder: orderly.length, differing }
}

/** Repetitions do not count: an instant's first arrival is what is stored. */
function isInOrder(seen: readonly Seen[]): boolean {
  const instants = [...new Set(seen.map(({ at }) => at))]
  return instants.every((at, k) => k === 0 || at > (instants[k - 1] ?? at))
}

function firstDifference(have: Story, want: Story): string[] {
  const length = Math.max(have.changes.length, want.changes.length)
  for (let k = 0; k < length; k += 1) {
    const [one, other] = [JSON.stringify(have.changes[k]), JSON.stringify(want.changes[k])]
    if (one !== other) return [`transition ${k} is ${one}, not ${other}`]
  }
  return have.kind === want.kind ? [] : [`it is ${have.kind}, not ${want.kind}`]
}

/**
 * Without the step function: begins inactive, each transition starts where the one before it ended and lies after it (a hold
 * leaves one change to an instant, so this also says that none is doubled), and the state is where the last one led.
 */
function brokenChain({ changes, kind }: Story): string[] {
  let at = -Infinity
  let stands: AlertKind = 'inactive'
  for (const change of changes) {
    if (change.from !== stands || change.at <= at) return [`after ${stands} at ${at} comes ${JSON.stringify(change)}`]
    stands = change.to
    at = change.at
  }
  return kind === stands ? [] : [`the last transition led to ${stands}, but it is ${kind}`]
}
