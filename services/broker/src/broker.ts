// The way's first stop, and the broker's main path: authenticate → authorise → journal.append → PUBACK. Read this file first.
// Next on the way: services/ingestion/src/pipeline.ts, which reads what the journal (packages/journal) has kept here.

import type { Clock } from '@parkpulse/host'
import { admit, type AdmissionDoors, greet } from './admission.ts'
import type { Hooks } from './hooks.ts'
import type { Keeper } from './keeper.ts'
import { examine, mayForward, maySubscribe, type PermissionDoors } from './permission.ts'

export type MainPathDoors = AdmissionDoors &
  PermissionDoors & {
    readonly clock: Clock
    readonly keeper: Pick<Keeper, 'keep'>
    readonly stopping: () => boolean
  }

/** What aedes asks on the way, in this order. It writes the PUBACK when `publish` has called `done`, not before. */
export function createMainPath(doors: MainPathDoors): Hooks {
  return {
    connect: (visitor, packet) => greet(visitor, packet, doors),

    authenticate: (visitor, packet) => admit(visitor, packet, doors),

    publish(visitor, packet, done) {
      const answer = examine(visitor, packet, doors)
      if (answer.kind === 'refused') return done(new Error(answer.reason)) // aedes closes the connection
      if (answer.kind === 'route') return done() // an announcement of our own services: aedes takes it to subscribers
      if (doors.stopping()) return // neither kept nor acknowledged, wills neither: it is we who leave

      const { principal, qos } = answer
      const message = { receivedAt: doors.clock.now(), principal, topic: packet.topic, payload: answer.payload }
      doors.keeper.keep(message, qos, done) // done after the commit → PUBACK
    },

    subscribe: (visitor, filter) => maySubscribe(visitor, filter, doors),

    unsubscribed: (visitor, filters) => filters.forEach((filter) => visitor.session?.filters.delete(filter)),

    mayForward: (visitor, packet) => mayForward(visitor, packet, doors),
  }
}
