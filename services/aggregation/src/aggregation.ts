// The service without its process: its ticks over the store's doors, as main, replay and the tests run them.

import { shippedFactors } from '@parkpulse/emissions'
import type { Health } from '@parkpulse/host'
import { closeAll } from './closing-tick.ts'
import { type Desk, type DeskDoors, layDesk } from './desk.ts'
import { type FeedDoors, takeFeed } from './feed-tick.ts'
import { endUnwatched, keepHouse } from './housekeeping.ts'
import { type Patience, QUIET_MS } from './ready.ts'
import { startOver } from './start-over.ts'
import type { Tallies } from './tallies.ts'

export type AggregationDoors = DeskDoors & { readonly health: Health; readonly settleMs: number }

export type Aggregation = {
  /** Takes the feed: rules are stepped, hours become due. */
  readonly feedTick: () => Promise<void>
  /** Closes and restates what is ready. */
  readonly closingTick: () => Promise<void>
  /** Takes over changes of the registry, and reports how things stand. */
  readonly housekeepingTick: () => Promise<void>
  /** Consumes the whole feed and closes everything that is over, as if the settling time had passed. */
  settle(): Promise<void>
  /** Ticks under way end at their next page or round. */
  stop(): void
  readonly tallies: Tallies
}

/** `--until-settled`: nobody is waited for. */
const NO_PATIENCE: Patience = { settleMs: 0, quietMs: 0 }

/** Opens the service on what the store remembers. */
export async function openAggregation(doors: AggregationDoors): Promise<Aggregation> {
  const desk = await layDesk(doors)
  const { tallies, place, firstKnown } = desk
  let stopping = false
  const isStopping = () => stopping
  const feedDoors = feedDoorsOf(doors, desk, isStopping)
  const takeAll = async () => tallies.took(await takeFeed(feedDoors, place, firstKnown))
  const closing = { ...doors, ...desk, registers: desk.registers.current, book: shippedFactors }
  const close = (patience: Patience) =>
    closeAll({ doors: closing, patience, now: () => doors.clock.now(), isStopping, onRound: tallies.round })

  const patience: Patience = { settleMs: doors.settleMs, quietMs: QUIET_MS }
  const reported = (part: string, run: () => Promise<unknown>) => reportedTo(doors.health, part, run)
  return {
    tallies,
    stop: () => void (stopping = true),
    feedTick: () => tallies.timed('feed', () => reported('feed', takeAll)),
    closingTick: () => tallies.timed('closing', () => reported('closing', () => close(patience))),
    housekeepingTick: () => reported('registry', () => keepHouse(doors, desk)),
    async settle() {
      await takeAll()
      await endUnwatched(doors, desk)
      await close(NO_PATIENCE)
    },
  }
}

function feedDoorsOf(doors: AggregationDoors, desk: Desk, isStopping: () => boolean): FeedDoors {
  const { readings, writer, clock, log } = doors
  const now = () => clock.now()
  return {
    ...desk,
    feed: readings,
    writer,
    now,
    isStopping,
    registersFor: desk.registers.for,
    async startOver(next) {
      log.warn({ from: desk.place.taken, to: next }, 'feed followed → trimmed before it was read: starting over')
      const hours = await startOver({ ...desk, readings, writer, now, registers: desk.registers.current }, next)
      log.info({ hours }, `feed trimmed → followed: ${hours} hours with readings are looked at again`)
    },
  }
}

/** Says in the health report whether it went well; the error goes on to the tick, which tries again. */
async function reportedTo(health: Health, part: string, run: () => Promise<unknown>): Promise<void> {
  try {
    await run()
    health.report(part, true, 'works')
  } catch (error) {
    health.report(part, false, error instanceof Error ? error.message : String(error))
    throw error
  }
}
