// Says no: every refusal is counted each time and logged once per client and reason.

import type { Logger } from '@parkpulse/host'
import type { Denial } from './access.ts'
import type { Counters } from './counters.ts'
import { LOGGED_ONCE_MAX } from './limits.ts'
import { createOnce } from './once.ts'
import type { Visitor } from './visitors.ts'

type Who = Pick<Visitor, 'address' | 'username' | 'clientId'>

export type Trouble = {
  /** Refuses or closes a connection. `detail` may quote the client, `reason` is from a closed list. */
  refused(who: Who, reason: string, detail?: string): void
  /** Denies a topic or filter. */
  denied(
    who: Who,
    action: 'publish' | 'subscribe' | 'will',
    place: { readonly topic: string; readonly denial: Denial },
  ): void
}

/** Topics are quoted in the log up to here; a hostile one may be 64 KiB long. */
const QUOTED_LENGTH_MAX = 200

export function createTrouble(log: Logger, counters: Pick<Counters, 'refusals' | 'denials'>): Trouble {
  const isNew = createOnce(LOGGED_ONCE_MAX)
  const isNewFor = (who: Who, reason: string) =>
    isNew(`${who.address} ${who.username ?? ''} ${who.clientId ?? ''} ${reason}`)
  return {
    refused(who, reason, detail) {
      counters.refusals.inc({ reason })
      if (!isNewFor(who, reason)) return
      log.warn({ ...named(who), reason, detail: detail?.slice(0, QUOTED_LENGTH_MAX) }, `refused: ${reason}`)
    },
    denied(who, action, { topic, denial }) {
      counters.denials.inc({ action, denial })
      if (!isNewFor(who, `${action} ${denial}`)) return
      log.warn(
        { ...named(who), action, denial, topic: topic.slice(0, QUOTED_LENGTH_MAX) },
        `${action} denied: ${denial}`,
      )
    },
  }
}

const named = ({ address, username, clientId }: Who) => ({ address, username, clientId })
