// Meters that publish without end and never give up: what is not acknowledged is sent again until it is.

import mqtt, { type MqttClient } from 'mqtt'
import { gatewayTopic, readingsTopic } from '@parkpulse/wire'

/** Every 20 s a reading, so that an hour holds 180 and many hours pass in a short run. */
const SPACING_MS = 20_000
/** Sent and not yet acknowledged, per publisher, in messages. */
const WINDOW = 20
/** Readings in a gateway's message. */
const PER_GATEWAY_MESSAGE = 10

export type PublisherPlan = {
  readonly park: string
  readonly site: string
  readonly meter: string
  readonly username: string
  readonly password: string
  /** Sends arrays to the site's gateway topic instead of single readings to the meter's. */
  readonly gateway: boolean
  /** Where its series begins. */
  readonly startsAt: number
  readonly mqttPort: number
  /** Between two messages. */
  readonly pauseMs: number
}

export type Publisher = {
  /** Messages acknowledged so far. */
  acknowledged(): number
  /** Stops inventing readings, waits until all that was sent is acknowledged; resolves with the number of readings. */
  finish(): Promise<number>
}

/** The register of the n-th reading in kWh: grows unevenly, with two decimals. */
export const registerKwh = (n: number): number => Math.round((1_000 + n * 0.37 + (n % 7) * 0.05) * 100) / 100

const reading = (plan: PublisherPlan, n: number): object => ({
  ...(plan.gateway ? { meter: plan.meter } : {}),
  at: plan.startsAt + n * SPACING_MS,
  values: { active_energy_import_kwh: registerKwh(n), active_power_kw: 60 + (n % 11) },
})

/** Values in a reading of these publishers. */
export const VALUES_PER_READING = 2

function connect(plan: PublisherPlan): MqttClient {
  const client = mqtt.connect({
    host: '127.0.0.1',
    port: plan.mqttPort,
    protocol: 'mqtt',
    username: plan.username,
    password: plan.password,
    clientId: `chaos-${plan.meter}`,
    reconnectPeriod: 200,
    connectTimeout: 5_000,
  })
  client.on('error', () => {
    // A refused connection while the broker is down; mqtt.js tries again.
  })
  return client
}

/** Publishes until told to finish, or exactly `limit` readings. */
export function startPublisher(plan: PublisherPlan, limit: number = Infinity): Publisher {
  const client = connect(plan)
  const perMessage = plan.gateway ? PER_GATEWAY_MESSAGE : 1
  const topic = plan.gateway ? gatewayTopic(plan.park, plan.site) : readingsTopic(plan.park, plan.site, plan.meter)
  const now: { sent: number; acknowledged: number; waiting: number; finishing: boolean; broken?: unknown } = {
    sent: 0,
    acknowledged: 0,
    waiting: 0,
    finishing: false,
  }

  const send = async (): Promise<void> => {
    const items = Array.from({ length: perMessage }, (_, k) => reading(plan, now.sent + k))
    now.sent += perMessage
    now.waiting += 1
    await client.publishAsync(topic, JSON.stringify(plan.gateway ? items : items[0]), { qos: 1 })
    now.waiting -= 1
    now.acknowledged += 1
  }
  const run = (async () => {
    while (!now.finishing && now.sent < limit) {
      if (now.waiting < WINDOW) {
        send().catch((error: unknown) => {
          now.broken = error
        })
      }
      await new Promise((resolve) => setTimeout(resolve, plan.pauseMs))
    }
  })()
  return {
    acknowledged: () => now.acknowledged,
    async finish() {
      now.finishing = limit === Infinity
      await run
      while (now.waiting > 0 && now.broken === undefined) await new Promise((resolve) => setTimeout(resolve, 50))
      await client.endAsync(true)
      if (now.broken !== undefined) throw new Error(`publisher of ${plan.meter} lost a message`, { cause: now.broken })
      return now.sent
    },
  }
}
