// What the broker remembers in memory, in the place of aedes' persistence: retained alerts and QoS 2 ids, nothing else.

import type { AedesPublishPacket } from 'aedes'
import { Readable } from 'node:stream'
import { RETAINED_BYTES_MAX, RETAINED_MESSAGES_MAX } from './limits.ts'
import { matches } from './routes.ts'

type Holder = { readonly id: string }
type Numbered = { readonly messageId?: number }

const DONE = Promise.resolve()
const NONE: Promise<readonly never[]> = Promise.resolve([])

/**
 * What aedes asks of its `persistence` option. Since every session ends with its connection, there are no stored
 * subscriptions, queues or wills; of QoS 2 messages only the ids are kept, since the journal has the rest.
 */
export function createMemory() {
  const retained = new Map<string, AedesPublishPacket>()
  const arrived = new Map<string, Set<number>>() // QoS 2 ids between PUBLISH and PUBREL, by client
  return { ...retainedMessages(retained), ...twoStepIds(arrived), ...nothingStored() }
}

export type Memory = ReturnType<typeof createMemory>

function retainedMessages(retained: Map<string, AedesPublishPacket>) {
  return {
    /** Whether there is room to retain this one. Asked before the message is routed. */
    mayRetain: (topic: string, bytes: number): boolean =>
      bytes <= RETAINED_BYTES_MAX && (retained.has(topic) || retained.size < RETAINED_MESSAGES_MAX),
    async storeRetained(packet: AedesPublishPacket) {
      if (packet.payload.length === 0) retained.delete(packet.topic)
      else retained.set(packet.topic, { ...packet })
    },
    createRetainedStreamCombi(filters: readonly string[]) {
      const found = [...retained.values()].filter(({ topic }) => filters.some((filter) => matches(filter, topic)))
      return Readable.from(found)
    },
  }
}

function twoStepIds(arrived: Map<string, Set<number>>) {
  const known = ({ id }: Holder, { messageId = 0 }: Numbered) => arrived.get(id)?.has(messageId) === true
  return {
    async incomingStorePacket({ id }: Holder, { messageId = 0 }: Numbered) {
      const ids = arrived.get(id) ?? new Set()
      arrived.set(id, ids.add(messageId))
    },
    async incomingGetPacket(client: Holder, packet: Numbered) {
      if (!known(client, packet)) throw new Error('no such packet') // aedes asks for this error
      return packet
    },
    async incomingDelPacket(client: Holder, packet: Numbered) {
      if (!known(client, packet)) throw new Error('no such packet')
      arrived.get(client.id)?.delete(packet.messageId ?? 0)
    },
    async cleanIncoming({ id }: Holder) {
      arrived.delete(id)
    },
  }
}

function nothingStored() {
  return {
    async setup() {}, // aedes checks that it is written as an async function
    subscriptionsByTopic: () => NONE,
    subscriptionsByClient: () => NONE,
    addSubscriptions: () => DONE,
    removeSubscriptions: () => DONE,
    cleanSubscriptions: () => DONE,
    outgoingEnqueue: () => DONE,
    outgoingEnqueueCombi: () => DONE,
    outgoingUpdate: () => DONE,
    outgoingClearMessageId: () => DONE,
    outgoingStream: () => Readable.from([]),
    putWill: () => DONE,
    delWill: () => DONE,
    streamWill: () => Readable.from([]),
    destroy: () => DONE,
  }
}
