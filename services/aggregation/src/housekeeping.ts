// Housekeeping, once a second: takes over what changed in the registry, and says how far behind we are.

import type { Health } from '@parkpulse/host'
import { commitWatched } from './commit-watched.ts'
import type { Desk, DeskDoors } from './desk.ts'
import { retire } from './watch.ts'

/** Beyond this the service does not keep up: ten seconds of twice the fastest ingestion that the design asks for. */
const FEED_LAG_MAX = 2_000_000

/** Refreshes the registers, ends alerts whose rule has gone, sets the gauges and the health report. */
export async function keepHouse(doors: DeskDoors & { readonly health: Health }, desk: Desk): Promise<void> {
  await desk.registers.refresh()
  await endUnwatched(doors, desk)
  await desk.alerts.putUp()
  const feedLag = Math.max(0, (await doors.readings.head()) - desk.place.taken)
  desk.tallies.gauge({ due: desk.due.size(), feedLag, firing: desk.alerts.firing() })
  doors.health.report('feed lag', feedLag < FEED_LAG_MAX, `${feedLag} behind the head of the feed`)
  const isConnected = doors.publisher.isConnected()
  doors.health.report('alerts', isConnected, isConnected ? 'published' : 'the broker is away')
}

/**
 * At each tick, not only when the registry moved: that news can be lost (a commit that fails, a rule that moved while we
 * were down). It walks the alerts in memory and nearly always finds none.
 */
export async function endUnwatched({ writer, clock }: DeskDoors, desk: Desk): Promise<void> {
  const { alerts, registers, spoken } = desk
  await desk.inTurn(async () => {
    const watched = retire(alerts.states(), registers.current(), spoken)
    if (watched.alertStates.length === 0) return
    await commitWatched({ writer, alerts, now: () => clock.now() }, watched, {})
  })
}
