// The way to our own broker, for announcements: QoS 0, dropped when it is away, never waited for.

import type { Logger } from '@parkpulse/host'
import { connect } from 'mqtt'

/** Bytes that wait in the socket. More means that the broker does not keep up, and hints are not worth memory. */
const WAITING_BYTES_MAX = 1024 * 1024
const RECONNECT_MS = 1_000

export type MqttDoor = {
  /** False: not sent, and it will not be. */
  readonly publish: (topic: string, text: string) => boolean
  readonly close: () => Promise<void>
}

export type MqttDoorOptions = {
  readonly host: string
  readonly port: number
  readonly username: string
  readonly password: string
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
}

/** Connects in the background and again whenever the connection is lost; logs only the changes. */
export const openMqttDoor = ({ host, port, username, password, log }: MqttDoorOptions): MqttDoor => {
  const client = connect({
    host,
    port,
    username,
    password,
    clientId: `parkpulse-ingestion-${process.pid}`,
    reconnectPeriod: RECONNECT_MS,
    queueQoSZero: false,
    resubscribe: false,
  })
  let isThere: boolean | undefined
  const turned = (now: boolean, detail: string): void => {
    if (isThere === now) return
    if (now) log.info(`broker away → there: announcing to ${detail}`)
    else
      log.warn(
        `broker ${isThere === undefined ? 'not there yet' : 'there → away'}: announcements are dropped (${detail})`,
      )
    isThere = now
  }
  client.on('connect', () => turned(true, `${host}:${port}`))
  client.on('close', () => turned(false, 'connection closed'))
  client.on('error', (error) => turned(false, error.message))
  return {
    publish: (topic, text) => {
      if (!client.connected || client.stream.writableLength > WAITING_BYTES_MAX) return false
      client.publish(topic, text, { qos: 0 })
      return true
    },
    close: async () => {
      client.removeAllListeners('close')
      await client.endAsync(true)
    },
  }
}
