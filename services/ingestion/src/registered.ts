// What is registered, as ingestion sees it: a directory that is replaced when the registry has moved.

import type { Health, Logger } from '@parkpulse/host'
import type { InstallationQuery } from '@parkpulse/registry'
import { directoryOf, type Directory } from './directory.ts'

/** A message of an unknown meter makes us look at once, but not more often than this. */
const LOOK_AGAIN_MS = 100

export type Registered = {
  readonly directory: () => Directory
  /** Takes over what other processes registered. Never rejects: with the registry away, what was known stays known. */
  readonly refresh: () => Promise<void>
  /** The same for whoever met somebody unknown: does nothing when we looked a moment ago. */
  readonly lookAgain: () => Promise<void>
}

export type RegisteredDoors = {
  readonly registry: InstallationQuery
  readonly health: Health
  readonly log: Logger
  readonly now: () => number
}

/** The directory of what the registry knows now. */
export const openRegistered = ({ registry, health, log, now }: RegisteredDoors): Registered => {
  let directory = directoryOf(registry.installation())
  let lookedAt = -Infinity
  let isAway = false
  const describe = (): string => `version ${directory.version}`
  health.report('registry', true, describe())
  const refresh = async (): Promise<void> => {
    lookedAt = now()
    try {
      await registry.refresh()
      const installation = registry.installation()
      if (installation.version !== directory.version) directory = directoryOf(installation)
      if (isAway) log.info(`registry unreachable → reachable at ${describe()}`)
      isAway = false
      health.report('registry', true, describe())
    } catch (error) {
      if (!isAway) log.error({ err: error }, 'registry reachable → unreachable, going on with what is known')
      isAway = true
      health.report('registry', false, error instanceof Error ? error.message : String(error))
    }
  }
  return {
    directory: () => directory,
    refresh,
    lookAgain: async () => {
      if (Math.abs(now() - lookedAt) >= LOOK_AGAIN_MS) await refresh()
    },
  }
}
