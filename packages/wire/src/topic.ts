// The addresses: what a topic says about who speaks, and the topics that we speak on ourselves.

import { isId } from '@parkpulse/metering'
import { shown } from './foreign.ts'

export type Topic =
  /** A meter speaks for itself. */
  | { readonly kind: 'meter-readings'; readonly park: string; readonly site: string; readonly meter: string }
  /** A gateway speaks for meters that it names in the payload. */
  | { readonly kind: 'gateway-readings'; readonly park: string; readonly site: string }
  /** Ours to publish on. */
  | {
      readonly kind: 'other'
      readonly park: string
      readonly site: string
      readonly leaf: 'rejected' | 'accepted' | 'alerts'
      readonly alert?: string
    }
  | { readonly kind: 'invalid'; readonly problem: string }

const PREFIX = 'parkpulse/v1/'
/** One more than the longest topic has below the prefix, so that 64 KiB of slashes cost nothing. */
const LEVELS_MAX = 5

/**
 * What a topic of MQTT PUBLISH says. Strict: exact levels, ids only, no wildcard, no `$`, no empty level; everything
 * else is `invalid` with the problem named. Six levels that end in `readings` are a meter's, also when it is called `alerts`.
 */
export const parseTopic = (topic: string): Topic => {
  if (!topic.startsWith(PREFIX)) return invalid(`not below ${PREFIX}: ${shown(topic)}`)
  const [park, site, third, fourth, ...more] = topic.slice(PREFIX.length).split('/', LEVELS_MAX)
  if (park === undefined || site === undefined || third === undefined) return invalid(`too few levels: ${shown(topic)}`)
  if (more.length > 0) return invalid(`too many levels: ${shown(topic)}`)
  for (const id of [park, site]) if (!isId(id)) return invalid(`not an id: ${shown(id)}`)
  if (fourth === undefined) return belowSite(park, site, third)
  if (!isId(third)) return invalid(`not an id: ${shown(third)}`)
  if (fourth === 'readings') return { kind: 'meter-readings', park, site, meter: third }
  if (third !== 'alerts') return invalid(`not something to publish on: ${shown(topic)}`)
  return isId(fourth)
    ? { kind: 'other', park, site, leaf: third, alert: fourth }
    : invalid(`not an id: ${shown(fourth)}`)
}

const belowSite = (park: string, site: string, leaf: string): Topic => {
  if (leaf === 'readings') return { kind: 'gateway-readings', park, site }
  if (leaf === 'accepted' || leaf === 'rejected') return { kind: 'other', park, site, leaf }
  return invalid(`not something to publish on: ${shown(leaf)}`)
}

const invalid = (problem: string): Topic => ({ kind: 'invalid', problem })

/** Where a meter publishes. Ids are taken as they are: check them with `isId` where they come from outside. */
export const readingsTopic = (park: string, site: string, meter: string): string =>
  `${PREFIX}${park}/${site}/${meter}/readings`
/** Where a gateway publishes for the meters of its site. */
export const gatewayTopic = (park: string, site: string): string => `${PREFIX}${park}/${site}/readings`
/** Where we say what was accepted: a hint, the store is the truth. */
export const acceptedTopic = (park: string, site: string): string => `${PREFIX}${park}/${site}/accepted`
/** Where we say why a message of this site was rejected. */
export const rejectedTopic = (park: string, site: string): string => `${PREFIX}${park}/${site}/rejected`
/** Where an alert stands, retained, while it fires. */
export const alertTopic = (park: string, site: string, alert: string): string =>
  `${PREFIX}${park}/${site}/alerts/${alert}`
