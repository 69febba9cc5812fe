// Tells sites over MQTT what became of their messages. Hints: bounded, at a pace of our own, and gone when nobody listens.

import type { IngestBatch } from '@parkpulse/store'
import { acceptedTopic, rejectedTopic } from '@parkpulse/wire'
import type { Directory } from './directory.ts'
import { acceptedText, problemTexts, type Heard, type Problem } from './announcement.ts'

/** How often we speak. With the store's commit before it, a person sees a reading within a quarter of a second. */
export const ANNOUNCE_MS = 100
/** Sites spoken to in one tick; the others come next, with what has gathered by then. 500 messages/s are 2 % of the broker. */
const SITES_PER_TICK_MAX = 50
/** Beyond this a site hears only how many there were: whoever sends more than that should ask the store. */
const READINGS_PER_MESSAGE_MAX = 100
/** Rejections and refusals told to a site in one tick; a mad meter is told ten times, not ten thousand. */
const PROBLEMS_PER_TICK_MAX = 10
/** Sites that wait for their turn. Above it the newest go unheard. */
const SITES_WAITING_MAX = 10_000

export type Announcer = {
  /** Takes note of what is on disk now; cheap, never waits. */
  readonly hear: (batch: IngestBatch) => void
  /** One tick: says what has gathered. */
  readonly speak: (directory: Directory) => void
}

export type AnnouncerDoors = {
  /** False when the broker is away or cannot keep up: the message is dropped. */
  readonly publish: (topic: string, text: string) => boolean
  readonly dropped: (messages: number) => void
}

/** An announcer with nothing to say yet. */
export const createAnnouncer = ({ publish, dropped }: AnnouncerDoors): Announcer => {
  const sites = new Map<string, Heard>()
  const at = (site: string): Heard | undefined => {
    const known = sites.get(site)
    if (known !== undefined || sites.size >= SITES_WAITING_MAX) return known
    const heard: Heard = { count: 0, readings: [], problems: [] }
    sites.set(site, heard)
    return heard
  }
  const hearAbout = (place: string, problem: Problem): void => {
    const [park, site] = place.split('/')
    const heard = site === undefined ? undefined : at(`${park}/${site}`)
    if (heard !== undefined && heard.problems.length < PROBLEMS_PER_TICK_MAX) heard.problems.push(problem)
    else dropped(1)
  }
  const say = (topic: string, text: string): void => {
    if (!publish(topic, text)) dropped(1)
  }
  return {
    hear: ({ accepted, rejections, refusals }) => {
      for (const { place, readings } of accepted) {
        const heard = at(place.slice(0, place.lastIndexOf('/')))
        if (heard === undefined) continue
        heard.count += readings.length
        if (heard.count <= READINGS_PER_MESSAGE_MAX) heard.readings.push(...readings)
        else heard.readings = []
      }
      for (const { place, ...rejection } of rejections) hearAbout(place, rejection)
      for (const { place, ...refusal } of refusals) hearAbout(place, refusal)
    },
    speak: (directory) => {
      let spoken = 0
      for (const [place, heard] of sites) {
        if (spoken === SITES_PER_TICK_MAX) break
        const [park = '', site = ''] = place.split('/')
        if (heard.count > 0) say(acceptedTopic(park, site), acceptedText(heard, directory))
        for (const text of problemTexts(heard)) say(rejectedTopic(park, site), text)
        sites.delete(place)
        spoken += 1
      }
    },
  }
}

/** For whoever reads an old journal again: nobody wants to hear of last month. */
export const silentAnnouncer: Announcer = { hear: () => undefined, speak: () => undefined }
