// Kills processes of a running house under load and compares what is left with what was promised and with a run undisturbed.

import { openFigures, openReadings, type LedgerLine } from '@parkpulse/store'
import { openRegistry } from '@parkpulse/registry'
import { HOUR_MS, hourOf } from '@parkpulse/metering'
import path from 'node:path'
import { arrivals, ruleOf, sameWhereInOrder, storedStories, type Stories, wrongStories } from './alerts.ts'
import { eventually, startHouse, type RunningHouse, type ServiceName } from '../e2e/running-house.ts'
import { registerKwh, startPublisher, VALUES_PER_READING, type Publisher, type PublisherPlan } from './publishers.ts'

const PUBLISHERS = 8
const PARK = 'chaos'
/** What is killed, in turn; the order within a round is shuffled by the seed. */
const TARGETS: readonly ServiceName[] = ['broker', 'ingestion', 'aggregation', 'api']
/** From the last acknowledgement until everything is stored and closed. */
const SETTLED_WITHIN_MS = 120_000
/** Longer than aggregation waits after a register's last word before it closes an unfinished hour (`QUIET_MS`, 5 s), and a tick. */
const STILL_MS = 8_000
/** A killed process is back within this (back-off included). */
const BACK_WITHIN_MS = 60_000
/** Where the series begin: 1.7 million readings a publisher before they would reach the present and be refused. */
const HISTORY_MS = 400 * 24 * HOUR_MS
/** Between two messages of a publisher, at the least; long runs publish slower, so that what is compared fits in memory. */
const PAUSE_MS_MIN = 5
/** Acknowledged between two kills, at the least. */
const FLOWING_MESSAGES = 300

/** A meter with its credential; how fast it publishes depends on the run. */
type ChaosMeter = Omit<PublisherPlan, 'pauseMs'>

export type ChaosPlan = { readonly kills: number; readonly seed: number; readonly env?: Record<string, string> }

export type ChaosReport = {
  readonly kills: Readonly<Record<string, number>>
  readonly readings: number
  readonly hours: number
  /** Acknowledged and not stored, or stored with another value. */
  readonly missing: readonly string[]
  /** Stored and never sent. */
  readonly unexpected: readonly string[]
  /** Values counted as stored beyond those that there are. */
  readonly doubled: number
  readonly unbalanced: readonly LedgerLine[]
  /** Figures that differ from the undisturbed run. */
  readonly differing: readonly string[]
  /** Alert transitions of the disturbed run. */
  readonly transitions: number
  /** Meters of it whose readings did not overtake each other. */
  readonly inOrder: number
  /** Transitions and states that are not those of the readings in the order of the journal, in either run, or of the undisturbed run. */
  readonly wrongAlerts: readonly string[]
}

/** A small repeatable source of chance (mulberry32). */
function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

async function provision(house: RunningHouse, startsAt: number): Promise<ChaosMeter[]> {
  const put = async (pathname: string, body: unknown): Promise<void> => {
    const { status, body: answer } = await house.ask('PUT', `/api/v1/${pathname}`, body)
    if (status >= 300) throw new Error(`PUT ${pathname}: ${status} ${JSON.stringify(answer)}`)
  }
  await put(`parks/${PARK}`, { name: 'Chaos', timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' })
  // Before the meters: whoever knows a meter knows the rule then.
  const { id, kind: _limit, ...rule } = ruleOf(PARK)
  await put(`rules/${id}`, rule)
  const plans: ChaosMeter[] = []
  for (let n = 0; n < PUBLISHERS; n += 1) {
    const site = `site-${n}`
    const meter = `meter-${n}`
    await put(`parks/${PARK}/sites/${site}`, { name: `Site ${n}` })
    await put(`parks/${PARK}/sites/${site}/meters/${meter}`, { name: `Meter ${n}`, commodity: 'electricity' })
    const { body } = await house.ask('POST', `/api/v1/parks/${PARK}/sites/${site}/credentials`)
    const { username, password } = body as { username: string; password: string }
    plans.push({
      park: PARK,
      site,
      meter,
      username,
      password,
      gateway: n % 2 === 1,
      startsAt,
      mqttPort: house.mqttPort,
    })
  }
  return plans
}

const acknowledgedBy = (publishers: readonly Publisher[]): number =>
  publishers.reduce((sum, one) => sum + one.acknowledged(), 0)

/** Waits until messages are acknowledged again, so that every kill hits a house under load. */
async function flowing(publishers: readonly Publisher[]): Promise<void> {
  const before = acknowledgedBy(publishers)
  await eventually('messages are acknowledged again', BACK_WITHIN_MS, () =>
    acknowledgedBy(publishers) >= before + FLOWING_MESSAGES ? true : undefined,
  )
}

async function killOne(house: RunningHouse, target: ServiceName): Promise<void> {
  const pid = await eventually(`${target} is running`, BACK_WITHIN_MS, () => house.pidOf(target))
  process.kill(pid, 'SIGKILL')
}

/** Everything in the store that must be the same in two runs, by names rather than numbers. */
async function contents(
  house: RunningHouse,
  from: number,
  until: number,
): Promise<{
  readings: Map<string, number>
  figures: Map<string, string>
  ledger: readonly LedgerLine[]
  alerts: Stories
}> {
  const folder = path.join(house.data, 'store')
  const registry = await openRegistry({ file: path.join(house.data, 'registry.db'), now: Date.now })
  const readingsStore = await openReadings({ folder })
  const figuresStore = await openFigures({ folder })
  try {
    const readings = new Map<string, number>()
    const figures = new Map<string, string>()
    const period = { from: hourOf(from), until: hourOf(until) + HOUR_MS }
    for (const meter of registry.installation().meters) {
      for (const register of meter.registers) {
        const name = `${meter.id}/${register.quantity}`
        for (const { at, value } of await readingsStore.readings(register.id, period, 1_000_000)) {
          readings.set(`${name}@${at}`, value)
        }
        for (const hour of await figuresStore.hours([register.id], period)) {
          const { registerId: _1, revision: _2, cause: _3, recordedAt: _4, ...figure } = hour
          figures.set(`${name} hour ${hour.hour}`, JSON.stringify(figure))
        }
        for (const emission of await figuresStore.emissions([register.id], period)) {
          const { registerId: _1, hourRevision: _2, ...rest } = emission
          figures.set(`${name} emission ${emission.hour} ${emission.scope} ${emission.method}`, JSON.stringify(rest))
        }
      }
    }
    const ledger = await readingsStore.ledger(PARK, { from: 0, until: Number.MAX_SAFE_INTEGER })
    const alerts = await storedStories(house.data, registry.installation())
    return { readings, figures, ledger, alerts }
  } finally {
    await figuresStore.close()
    await readingsStore.close()
    await registry.close()
  }
}

function expected(plans: readonly ChaosMeter[], counts: readonly number[]): Map<string, number> {
  const all = new Map<string, number>()
  plans.forEach((plan, p) => {
    for (let n = 0; n < (counts[p] ?? 0); n += 1) {
      const at = plan.startsAt + n * 20_000
      all.set(`${plan.meter}/active_energy_import_kwh@${at}`, Math.round(registerKwh(n) * 1_000))
      all.set(`${plan.meter}/active_power_kw@${at}`, 60 + (n % 11))
    }
  })
  return all
}

const missingFrom = (have: Map<string, unknown>, want: Map<string, unknown>): string[] =>
  [...want]
    .filter(([key, value]) => have.get(key) !== value)
    .map(([key, value]) => `${key} = ${String(value)}, have ${String(have.get(key))}`)

async function settled(
  house: RunningHouse,
  readings: number,
  from: number,
  until: number,
): Promise<Awaited<ReturnType<typeof contents>>> {
  let before = ''
  let since = 0
  return eventually('everything is stored and closed', SETTLED_WITHIN_MS, async () => {
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    const now = await contents(house, from, until)
    const seen = `${now.readings.size} ${JSON.stringify([...now.figures, ...now.alerts])}`
    if (now.readings.size < readings || seen !== before) {
      before = seen
      since = Date.now()
      return undefined
    }
    return Date.now() - since >= STILL_MS ? now : undefined
  })
}

/** Runs the house twice, once under fire; the report names every difference. */
export async function runChaos(plan: ChaosPlan, say: (line: string) => void): Promise<ChaosReport> {
  const random = chance(plan.seed)
  const startsAt = hourOf(Date.now() - HISTORY_MS)
  const pauseMs = Math.max(PAUSE_MS_MIN, plan.kills / 2)
  const kills: Record<string, number> = {}
  const env = { ...plan.env }

  const house = await startHouse({ env })
  let counts: number[]
  let plans: ChaosMeter[]
  let disturbed: Awaited<ReturnType<typeof contents>>
  let seen: Awaited<ReturnType<typeof arrivals>>
  try {
    plans = await provision(house, startsAt)
    const publishers = plans.map((one) => startPublisher({ ...one, pauseMs }))
    for (let k = 0; k < plan.kills; k += 1) {
      const target = TARGETS[Math.floor(random() * TARGETS.length)] ?? 'broker'
      await flowing(publishers)
      await new Promise((resolve) => setTimeout(resolve, random() * 1_500))
      await killOne(house, target)
      kills[target] = (kills[target] ?? 0) + 1
      say(`kill ${k + 1}/${plan.kills}: ${target}; ${acknowledgedBy(publishers)} messages acknowledged`)
    }
    counts = await Promise.all(publishers.map((one: Publisher) => one.finish()))
    await house.untilReady()
    const until = startsAt + Math.max(...counts) * 20_000
    disturbed = await settled(house, counts.reduce((a, b) => a + b, 0) * VALUES_PER_READING, startsAt, until)
    seen = await arrivals(house.data)
  } finally {
    await house.dispose()
  }

  say(`undisturbed run with the same ${counts.reduce((a, b) => a + b, 0)} readings`)
  const calm = await startHouse({ env })
  let undisturbed: Awaited<ReturnType<typeof contents>>
  let calmSeen: Awaited<ReturnType<typeof arrivals>>
  try {
    const calmPlans = await provision(calm, startsAt)
    await Promise.all(calmPlans.map((one, p) => startPublisher({ ...one, pauseMs: PAUSE_MS_MIN }, counts[p]).finish()))
    const until = startsAt + Math.max(...counts) * 20_000
    undisturbed = await settled(calm, counts.reduce((a, b) => a + b, 0) * VALUES_PER_READING, startsAt, until)
    calmSeen = await arrivals(calm.data)
  } finally {
    await calm.dispose()
  }

  const want = expected(plans, counts)
  const compared = sameWhereInOrder(disturbed.alerts, undisturbed.alerts, seen)
  const stored = disturbed.ledger.reduce((sum, line) => sum + line.stored, 0)
  return {
    kills,
    readings: want.size,
    hours: [...disturbed.figures.keys()].filter((key) => key.includes(' hour ')).length,
    missing: missingFrom(disturbed.readings, want),
    unexpected: [...disturbed.readings.keys()].filter((key) => !want.has(key)),
    doubled: stored - want.size,
    unbalanced: disturbed.ledger.filter(
      (l) => l.received !== l.stored + l.repeated + l.conflicting + l.rejected + l.refused + l.pending,
    ),
    differing: [
      ...missingFrom(disturbed.figures, undisturbed.figures),
      ...missingFrom(undisturbed.figures, disturbed.figures),
    ],
    transitions: [...disturbed.alerts.values()].reduce((sum, { changes }) => sum + changes.length, 0),
    inOrder: compared.inOrder,
    wrongAlerts: [
      ...wrongStories(disturbed.alerts, seen, ruleOf(PARK)),
      ...wrongStories(undisturbed.alerts, calmSeen, ruleOf(PARK)),
      ...compared.differing,
    ],
  }
}
