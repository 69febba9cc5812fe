// The keys of the sites at the MQTT door: asked for once, then kept in a file that only its owner reads.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Clock, type Logger, systemClock } from '@parkpulse/host'
import type { Api } from './api-client.ts'

export type SiteKey = { readonly username: string; readonly password: string }

export type SiteKeys = {
  /** The key of a site; issued when we have none. */
  keyOf(site: string): Promise<SiteKey>
  /** The broker did not accept this key: forget it and get another. Asked again too soon, it keeps the one it has. */
  refused(site: string, key: SiteKey): Promise<SiteKey>
}

export type SiteKeysOptions = {
  readonly api: Api
  readonly park: string
  readonly file: string
  readonly log: Logger
  readonly clock?: Clock
}

/** A broker that refuses everyone for a while must not make us fill the registry with keys. */
const REISSUE_PAUSE_MS = 60_000

export function openSiteKeys({ api, park, file, log, clock = systemClock }: SiteKeysOptions): SiteKeys {
  const keys = readKeys(file)
  const pending = new Map<string, Promise<SiteKey>>()
  const issuedAt = new Map<string, number>()
  const nameOf = (site: string) => `${park}/${site}`

  async function issue(site: string): Promise<SiteKey> {
    const issued = (await api.ask('POST', `parks/${park}/sites/${site}/credentials`)) as SiteKey
    const key = { username: issued.username, password: issued.password }
    keys.set(nameOf(site), key)
    issuedAt.set(site, clock.now())
    writeKeys(file, keys)
    log.info({ site }, `site ${site} without key → with key`)
    return key
  }
  function issueOnce(site: string): Promise<SiteKey> {
    const asked = pending.get(site) ?? issue(site).finally(() => pending.delete(site))
    pending.set(site, asked)
    return asked
  }
  return {
    keyOf: async (site) => keys.get(nameOf(site)) ?? (await issueOnce(site)),
    async refused(site, key) {
      const now = keys.get(nameOf(site))
      if (now !== undefined && now.password !== key.password) return now
      const last = issuedAt.get(site)
      if (last !== undefined && clock.now() - last < REISSUE_PAUSE_MS) return key
      return issueOnce(site)
    },
  }
}

function readKeys(file: string): Map<string, SiteKey> {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, SiteKey>))
  } catch {
    // Not there, or torn by a crash: then new ones are issued.
    return new Map()
  }
}

function writeKeys(file: string, keys: ReadonlyMap<string, SiteKey>): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, JSON.stringify(Object.fromEntries(keys), undefined, 2), { mode: 0o600 })
  renameSync(draft, file)
}
