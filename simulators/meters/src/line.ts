// A line: one MQTT connection of a meter, a site or a gateway. Reconnects for ever; what is under way is sent again.

import { connect, type MqttClient } from 'mqtt'
import type { Logger } from '@parkpulse/host'
import { between, textSeed, uniform } from './chance.ts'
import type { SiteKey } from './credentials.ts'

export type Line = {
  /** Resolves when the message is acknowledged; rejects only when the line is closed. */
  send(topic: string, payload: string): Promise<void>
  readonly connected: boolean
  close(): Promise<void>
}

export type LineOptions = {
  /** `mqtt://host:port` */
  readonly url: string
  readonly clientId: string
  readonly key: SiteKey
  /** Asked after the broker refused the key; the answer is used from then on. */
  readonly refused: (key: SiteKey) => Promise<SiteKey>
  readonly log: Logger
}

/** Spread by the client's own id, so that a fleet doesn't come back in one instant. */
const RECONNECT_MS = [1_000, 4_000] as const
const KEEPALIVE_S = 60

export function openLine({ url, clientId, key, refused, log }: LineOptions): Line {
  let current = key
  const client = connect(url, {
    clientId,
    ...key,
    clean: true,
    keepalive: KEEPALIVE_S,
    reconnectPeriod: between(...RECONNECT_MS, uniform(textSeed(0, clientId), 1)),
    reconnectOnConnackError: true,
    protocolVersion: 4,
  })
  async function takeFreshKey(): Promise<void> {
    try {
      current = await refused(current)
      Object.assign(client.options, current)
    } catch (error) {
      log.warn({ err: error, clientId }, 'no new key to be had; trying with the old one')
    }
  }
  client.on('error', (error) => void (isRefusal(error) && takeFreshKey()))
  return {
    send: async (topic, payload) => void (await client.publishAsync(topic, payload, { qos: 1 })),
    get connected() {
      return client.connected
    },
    close: () => endLine(client),
  }
}

/** CONNACK 4 (bad user name or password) and 5 (not authorised). */
const isRefusal = (error: Error): boolean => 'code' in error && (error.code === 4 || error.code === 5)

/** Says goodbye to a broker that is there; drops the connection to one that isn't. What is unacknowledged is given up. */
const endLine = (client: MqttClient): Promise<void> => client.endAsync(true)
