// Who may publish and subscribe where: pure functions from principal and topic to an answer.

import type { Principal } from '@parkpulse/registry'
import { parseTopic } from '@parkpulse/wire'

/** Why a topic or filter was denied: a closed list, also the label of the counter. */
export type Denial =
  | 'malformed topic' // empty, wildcards in PUBLISH, control characters, not UTF-8, misplaced wildcards in a filter
  | 'reserved topic' // begins with $
  | 'unknown topic' // not in our grammar
  | 'foreign topic' // another site's, or wider than one's own
  | 'wrong direction' // a site announcing, a service sending readings, a filter for readings

export type PublishAccess =
  | { readonly kind: 'keep' }
  | { readonly kind: 'route'; readonly retainable: boolean }
  | { readonly kind: 'denied'; readonly denial: Denial }

export type SubscribeAccess =
  | { readonly kind: 'granted' }
  | { readonly kind: 'shared' } // `$share/…`: valid elsewhere, not here; answered 128
  | { readonly kind: 'denied'; readonly denial: Denial }

const KEEP: PublishAccess = { kind: 'keep' }
const ROUTE: PublishAccess = { kind: 'route', retainable: false }
const ROUTE_RETAINABLE: PublishAccess = { kind: 'route', retainable: true }
const GRANTED: SubscribeAccess = { kind: 'granted' }

/** A site's readings are kept; what our own services announce is routed; everything else is denied. */
export function publishAccess(principal: Principal, topic: string): PublishAccess {
  const problem = textProblem(topic)
  if (problem !== undefined) return denied(problem)
  if (/[#+]/.test(topic)) return denied('malformed topic')
  const parsed = parseTopic(topic)
  if (parsed.kind === 'invalid') return denied('unknown topic')
  if (principal.kind === 'service') {
    if (parsed.kind !== 'other') return denied('wrong direction')
    return parsed.leaf === 'alerts' ? ROUTE_RETAINABLE : ROUTE
  }
  if (parsed.park !== principal.park || parsed.site !== principal.site) return denied('foreign topic')
  return parsed.kind === 'other' ? denied('wrong direction') : KEEP
}

/** A site subscribes below its own prefix, our services anywhere below `parkpulse/v1`; wildcards stay inside that. */
export function subscribeAccess(principal: Principal, filter: string): SubscribeAccess {
  if (filter.startsWith('$share/')) return { kind: 'shared' }
  const problem = textProblem(filter) ?? filterProblem(filter)
  if (problem !== undefined) return denied(problem)
  const own = principal.kind === 'site' ? ['parkpulse', 'v1', principal.park, principal.site] : ['parkpulse', 'v1']
  const levels = filter.split('/')
  if (levels.length <= own.length || own.some((level, i) => levels[i] !== level)) return denied('foreign topic')
  return levels.at(-1) === 'readings' ? denied('wrong direction') : GRANTED
}

const denied = (denial: Denial) => ({ kind: 'denied', denial }) as const

/** U+0000 to U+001F, U+007F to U+009F, surrogates, U+FFFD (what the decoder makes of invalid UTF-8), U+FFFE, U+FFFF: MQTT 3.1.1 §1.5.3 forbids or discourages them all. */
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const UNWELCOME = /[\u0000-\u001F\u007F-\u009F\uD800-\uDFFF\uFFFD-\uFFFF]/

/** Whether a text of MQTT holds a character that it must not hold. Astral characters are refused with their surrogates: ours are ASCII. */
export const hasUnwelcomeCharacter = (text: string): boolean => UNWELCOME.test(text)

function textProblem(text: string): Denial | undefined {
  if (text === '' || hasUnwelcomeCharacter(text)) return 'malformed topic'
  return text.startsWith('$') ? 'reserved topic' : undefined
}

/** `+` fills a level, `#` fills the last one (MQTT 3.1.1 §4.7.1). */
function filterProblem(filter: string): Denial | undefined {
  const levels = filter.split('/')
  const misplaced = levels.some(
    (level, i) =>
      (level.includes('+') && level !== '+') || (level.includes('#') && (level !== '#' || i < levels.length - 1)),
  )
  return misplaced ? 'malformed topic' : undefined
}
