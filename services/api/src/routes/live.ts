// GET live: server-sent events. `hello` first, then `reading` and `alert` as they are stored; comments in between say that we are still here.

import { randomUUID } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Clock } from '@parkpulse/host'
import type { RegisterId } from '@parkpulse/metering'
import type { Reach } from '@parkpulse/registry'
import type { App } from '../app-type.ts'
import { choose, meterPath, type Directory } from '../directory.ts'
import type { Doors } from '../doors.ts'
import { holderOf } from '../gate.ts'
import { HEARTBEAT_MS, type Live, type LiveText, type Subscriber } from '../live.ts'
import { Problem } from '../problem.ts'
import { placeFields, placeFilter } from '../query.ts'
import { readingItem } from './readings.ts'
import { transitionItem } from './alerts.ts'

/** What a reader may leave unread; a few thousand events. Beyond it the reader is let go and may come again. */
export const SLOW_READER_BYTES_MAX = 1024 * 1024
/** So that a key that is no longer valid does not listen for ever; the page joins again by itself. */
const LISTENING_MS_MAX = 3_600_000

const query = z.strictObject(placeFields)
const LAST_EVENT_ID = /^\d{1,15}$/

/** Events as text: `id` only on alerts, so that Last-Event-ID always names a transition. */
export const liveText = (directory: () => Directory, clock: Clock): LiveText => ({
  reading: (reading) => event('reading', readingItem(directory().entries.get(reading.registerId), reading)),
  transition: (transition) => event('alert', transitionItem(directory(), transition), transition.number),
  skipped: () => event('skipped', { at: new Date(clock.now()).toISOString() }),
})

const event = (name: string, body: unknown, id?: number): string =>
  `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(body)}\n\n`

export const liveRoutes = ({ live, directory, clock }: Pick<Doors, 'live' | 'directory' | 'clock'>) =>
  async function plugin(app: App): Promise<void> {
    app.get(
      '/live',
      {
        schema: {
          tags: ['live'],
          summary: 'Readings and alert transitions as they are stored (server-sent events)',
          description: `Events: \`hello\`, \`reading\`, \`alert\` (its id is the transition's number: send it back as Last-Event-ID to miss none), \`skipped\` (readings were left out: look at GET meters). A comment every ${HEARTBEAT_MS / 1000} s; without one for 5 s the stream is stale.`,
          querystring: query,
          headers: z.object({
            'last-event-id': z.string().regex(LAST_EVENT_ID, 'must be the id of an event').optional(),
          }),
          response: { 200: { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } } },
        },
      },
      async (request, reply) => {
        const wants = listenerOf(directory, holderOf(request).reach, placeFilter(request.query))
        const lastId = request.headers['last-event-id']
        const subscriber = subscribe(reply, wants)
        await stream({ live, reply, subscriber, clock }, lastId === undefined ? undefined : Number(lastId))
        return reply
      },
    )
  }

/** Whose events a listener wants: chosen when it joins, and again when something was registered since. */
function listenerOf(
  directory: () => Directory,
  reach: Reach,
  filter: ReturnType<typeof placeFilter>,
): (registerId: RegisterId) => boolean {
  const wantedIn = (known: Directory) => new Set(choose(known, reach, filter).meters.map(meterPath))
  let known = directory()
  let wanted = wantedIn(known)
  return (registerId) => {
    const now = directory()
    if (now !== known) {
      known = now
      wanted = wantedIn(now)
    }
    const meter = now.entries.get(registerId)?.meter
    return meter !== undefined && wanted.has(meterPath(meter))
  }
}

type Streaming = { readonly live: Live; readonly reply: FastifyReply; readonly subscriber: Held; readonly clock: Clock }

async function stream({ live, reply, subscriber, clock }: Streaming, after: number | undefined): Promise<void> {
  if (!(await live.join(subscriber, after))) {
    void reply.header('retry-after', 10)
    throw new Problem('busy', 'As many listen as this process can serve. Try again in 10 seconds.')
  }
  const { raw } = reply
  if (raw.destroyed) return live.leave(subscriber)
  const headers = {
    ...reply.getHeaders(),
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  }
  reply.hijack()
  raw.writeHead(200, headers as Record<string, string>)
  const hello = { at: new Date(clock.now()).toISOString(), heartbeatMs: HEARTBEAT_MS, session: randomUUID() }
  raw.write(`retry: 2000\n\n${event('hello', hello, after === undefined ? live.position() : undefined)}`)
  subscriber.release()
  const until = setTimeout(() => raw.end(), LISTENING_MS_MAX)
  raw.once('close', () => {
    clearTimeout(until)
    live.leave(subscriber)
  })
}

/** A subscriber whose first events wait until the head of the answer is out. */
type Held = Subscriber & { release(): void }

function subscribe({ raw }: FastifyReply, wants: (registerId: RegisterId) => boolean): Held {
  let held: string[] | undefined = []
  const write = (text: string): boolean => {
    if (raw.destroyed || raw.writableEnded) return false
    raw.write(text)
    if (raw.writableLength <= SLOW_READER_BYTES_MAX) return true
    raw.destroy()
    return false
  }
  return {
    wants,
    send(text) {
      if (held === undefined) return write(text)
      held.push(text)
      return true
    },
    end: () => void raw.end(),
    release() {
      const waiting = held ?? []
      held = undefined
      for (const text of waiting) write(text)
    },
  }
}
