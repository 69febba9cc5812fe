// Publishes firing alerts as retained MQTT messages and clears resolved ones; never waits for the broker, never stops the loop.

import type { Logger } from '@parkpulse/host'
import { parseTopic } from '@parkpulse/wire'
import { connect as mqttConnect, type MqttClient } from 'mqtt'
import type { AlertMessage } from './alert-message.ts'

export type AlertPublisher = {
  /** What shall stand on a topic from now on; undefined clears it. */
  set(topic: string, message: AlertMessage | undefined): void
  /** All that fires is set by now: from here on the broker is also asked what it holds, and what goes beyond is cleared. */
  clearOthers(): void
  isConnected(): boolean
  close(): Promise<void>
}

export type PublisherOptions = {
  readonly host: string
  readonly port: number
  readonly password: string
  readonly log: Logger
}

const USERNAME = 'parkpulse'
/** All alerts of all sites: to find those that the broker still holds though they were resolved while we were away. */
const ALL_ALERTS = 'parkpulse/v1/+/+/alerts/+'
const RECONNECT_MS = 1_000
const CONNECT_TIMEOUT_MS = 5_000
/** How long closing waits for what is under way; what does not arrive is put right at the next connect. */
const CLOSE_MS = 1_000

/**
 * Keeps the broker's retained alerts the same as ours. While the broker is away changes are only remembered; after each
 * connect all firing alerts are published again (its retained messages live in memory), and what it holds beyond them is cleared,
 * once `clearOthers` has said that they are all there: before that, an alert that goes on firing would look resolved.
 */
export function openAlertPublisher(options: PublisherOptions): AlertPublisher {
  const standing = new Map<string, string>()
  const client = connect(options)
  const publish = (topic: string, payload: string) =>
    // An error here means that the connection went: the next connect publishes everything again.
    client.publish(topic, payload, { qos: 1, retain: true }, () => undefined)

  let isComplete = false
  const askForOthers = () => {
    if (isComplete && client.connected) client.subscribe(ALL_ALERTS, { qos: 1 }, () => undefined)
  }
  client.on('connect', () => {
    options.log.info({ alerts: standing.size }, `alerts: broker away → connected, publishing ${standing.size} firing`)
    for (const [topic, payload] of standing) publish(topic, payload)
    askForOthers()
  })
  client.on('message', (topic, payload, packet) => {
    if (!packet.retain || payload.length === 0 || standing.has(topic)) return
    if (parseTopic(topic).kind === 'other') publish(topic, '')
  })
  return {
    set(topic, message) {
      const payload = message === undefined ? '' : JSON.stringify(message)
      if (message === undefined) standing.delete(topic)
      else standing.set(topic, payload)
      if (client.connected) publish(topic, payload)
    },
    clearOthers() {
      isComplete = true
      askForOthers()
    },
    isConnected: () => client.connected,
    close: () => closeClient(client),
  }
}

function connect({ host, port, password, log }: PublisherOptions): MqttClient {
  const client = mqttConnect({
    host,
    port,
    protocol: 'mqtt',
    username: USERNAME,
    password,
    clientId: `parkpulse-aggregation-${process.pid}`,
    clean: true,
    resubscribe: false,
    reconnectPeriod: RECONNECT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
  })
  let isAway = true
  let lastWords = ''
  client.on('connect', () => (isAway = false))
  client.on('close', () => {
    if (!isAway) log.warn('alerts: broker connected → away; changes are remembered and published after reconnecting')
    isAway = true
  })
  client.on('error', (error) => {
    if (error.message !== lastWords) log.warn({ err: error }, `alerts: broker not reached: ${error.message}`)
    lastWords = error.message
  })
  return client
}

async function closeClient(client: MqttClient): Promise<void> {
  const ended = new Promise<void>((resolve) => client.end(false, {}, () => resolve()))
  const late = setTimeout(() => client.end(true), CLOSE_MS)
  await ended
  clearTimeout(late)
}
