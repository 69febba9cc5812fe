// Housekeeping, once a second: takes over what changed in the registry, and says how far behind we are.

import type { Health } from '@parkpulse/host'
import type { Desk, DeskDoors } from './desk.ts'
import { retire } from './watch.ts'

/** Beyond this the service does not keep up: ten seconds of twice the fastest ingestion that the design asks for. */
const FEED_LAG_MAX = 2_000_000

/** Refreshes the registers, ends alerts whose rule has gone, sets the gauges and the health report. */
export async function keepHouse(doors: DeskDoors & { readonly health: Health }, desk: Desk): Promise<void> {
  if (await desk.registers.refresh()) await takeOverRules(doors, desk)
  const feedLag = Math.max(0, (await doors.readings.head()) - desk.place.taken)
  desk.tallies.gauge({ due: desk.due.size(), feedLag, firing: desk.alerts.firing() })
  doors.health.report('feed lag', feedLag < FEED_LAG_MAX, `${feedLag} behind the head of the feed`)
  const isConnected = doors.publisher.isConnected()
  doors.health.report('alerts', isConnected, isConnected ? 'published' : 'the broker is away')
}

async function takeOverRules({ writer, clock }: DeskDoors, { alerts, registers, spoken }: Desk): Promise<void> {
  const { alertStates, transitions } = retire(alerts.states(), registers.current(), spoken)
  if (alertStates.length > 0) {
    const recordedAt = clock.now()
    const recorded = transitions.map((transition) => Object.assign({ recordedAt }, transition))
    const nothing = { dueAdded: [], dueDone: [], hours: [], emissions: [] }
    await writer.commit({ ...nothing, alertStates, transitions: recorded })
    alerts.moved({ alertStates, transitions })
  }
  await alerts.putUp()
}
