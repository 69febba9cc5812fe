// What aedes and its parser let pass in a PUBLISH and the standard does not.

import type { PublishPacket } from 'aedes'

export type PacketProblem = 'packet id 0' | 'malformed packet'

const TOPIC_LENGTH_BYTES = 2
const PACKET_ID_BYTES = 2

/**
 * Checks a PUBLISH whose topic is already known to be one of ours, thus ASCII. The declared length must be used up exactly:
 * the parser takes a missing packet id from the bytes of the next packet.
 */
export function packetProblem({ qos, messageId, length, topic, payload }: PublishPacket): PacketProblem | undefined {
  if (qos > 0 && (messageId === undefined || messageId <= 0)) return 'packet id 0' // MQTT-2.3.1-1
  const used = TOPIC_LENGTH_BYTES + topic.length + (qos > 0 ? PACKET_ID_BYTES : 0) + payload.length
  return length === used ? undefined : 'malformed packet'
}
