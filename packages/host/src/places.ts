// Where things lie below the data folder, and how our own processes reach our broker: one answer for all of them.

import path from 'node:path'
import type { Config } from './config.ts'
import { readOrCreateSecret } from './secret.ts'

export type Places = {
  /** Written by the broker, read by ingestion. */
  readonly journal: string
  /** The folder of both store files. */
  readonly store: string
  readonly registry: string
  readonly adminKey: string
  readonly logs: string
}

/** The places of an installation; nothing is created. */
export const placesOf = ({ data }: Pick<Config, 'data'>): Places => ({
  journal: path.join(data, 'journal'),
  store: path.join(data, 'store'),
  registry: path.join(data, 'registry.db'),
  adminKey: path.join(data, 'admin.key'),
  logs: path.join(data, 'logs'),
})

export type ServiceLogin = { readonly username: string; readonly password: string }

/** The MQTT login that our own services share; the password is made at the first call of whichever process comes first. */
export const serviceLogin = ({ data }: Pick<Config, 'data'>): ServiceLogin => ({
  username: 'parkpulse',
  password: readOrCreateSecret(path.join(data, 'service.key')),
})

/** An address that a server listens on, as one that a client on the same machine can reach. */
export const reachable = (host: string): string => ({ '0.0.0.0': '127.0.0.1', '::': '::1' })[host] ?? host

/** The same as it stands in a URL. */
export const reachableInUrl = (host: string): string => {
  const address = reachable(host)
  return address.includes(':') ? `[${address}]` : address
}
