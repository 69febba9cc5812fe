// The announcer with its tick and its connection to the broker: everything that ingestion needs to be heard.

import { every, reachable, serviceLogin, type Config, type Logger } from '@parkpulse/host'
import { ANNOUNCE_MS, createAnnouncer, type Announcer } from './announcer.ts'
import type { Counters } from './counters.ts'
import { openMqttDoor } from './mqtt-door.ts'
import type { Registered } from './registered.ts'

export type VoiceOptions = {
  readonly config: Pick<Config, 'data' | 'mqttHost' | 'mqttPort'>
  readonly log: Logger
  readonly counters: Pick<Counters, 'announcementsDropped'>
  readonly registered: Registered
}

/** Speaks to the broker as the service `parkpulse`, whose password all our processes find in `service.key`. */
export const openVoice = ({
  config,
  log,
  counters,
  registered,
}: VoiceOptions): Announcer & { close: () => Promise<void> } => {
  const mqtt = openMqttDoor({
    ...serviceLogin(config),
    host: reachable(config.mqttHost),
    port: config.mqttPort,
    log,
  })
  const announcer = createAnnouncer({ publish: mqtt.publish, dropped: counters.announcementsDropped })
  const speak = () => announcer.speak(registered.directory())
  const ticks = every({ ms: ANNOUNCE_MS, log, name: 'announcements', run: speak })
  return {
    ...announcer,
    close: async () => {
      await ticks.close()
      await mqtt.close()
    },
  }
}
