// The doors' keys: issued, kept as hashes, and answered from memory as long as nothing changed.

import type { KeyHolder, Principal, Reach, Role } from './model.ts'
import type { IssuedKey, KeySpec } from './ports.ts'
import type { Database, Tables } from './schema.ts'
import { keyIdOf, newSuffix, newToken, sameHash, tokenHash, TOKEN_LENGTH_MAX } from './tokens.ts'

/** Credentials and keys of an installation of 840 factories, several times over. The oldest falls out. */
const CACHED_MAX = 20_000
/** Of 31^6 (887 million) names per site; meeting a taken one five times in a row does not happen by chance. */
const ATTEMPTS_MAX = 5
const USERNAME_SUFFIX_LENGTH = 6
const KEY_ID_LENGTH = 10
const USERNAME_LENGTH_MAX = 128

export type Doors = ReturnType<typeof openDoors>

/** `now`: milliseconds, for the record of when something was issued. */
export const openDoors = (db: Database, now: () => number) => {
  const principals = createCache<Principal>()
  const holders = createCache<KeyHolder>()
  return {
    /** To be called when another process changed credentials. */
    forget: (): void => {
      principals.clear()
      holders.clear()
    },
    issueSiteCredential: async (park: string, site: string) => {
      const password = newToken()
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
        const username = `${park}.${site}.${newSuffix(USERNAME_SUFFIX_LENGTH)}`
        const row = { username, kind: 'site', park, site, token_sha256: tokenHash(password), issued_at: now() }
        if (await insertCredential(db, row)) return { kind: 'issued' as const, username, password }
      }
      throw new Error(`registry: no free username for ${park}/${site} after ${ATTEMPTS_MAX} attempts`)
    },
    ensureServiceCredential: (username: string, token: string): Promise<void> =>
      ensureService(db, { username, hash: tokenHash(token), at: now() }),
    authenticate: async (username: string, password: string): Promise<Principal | undefined> => {
      if (username.length > USERNAME_LENGTH_MAX || password.length > TOKEN_LENGTH_MAX) return undefined
      return principals.check(username, tokenHash(password), () => findPrincipal(db, username))
    },
    issueKey: (key: KeySpec): Promise<IssuedKey> => insertKey(db, key, now()),
    authenticateKey: async (token: string): Promise<KeyHolder | undefined> => {
      if (token.length > TOKEN_LENGTH_MAX) return undefined
      const keyId = keyIdOf(token)
      return holders.check(keyId, tokenHash(token), () => findHolder(db, keyId))
    },
  }
}

type Kept<T> = { readonly hash: string; readonly who: T }

/** Only what opened a door once is kept; what is not known or does not match is looked up again, each time. */
const createCache = <T>() => {
  const known = new Map<string, Kept<T>>()
  let edition = 0
  return {
    clear: (): void => {
      edition += 1
      known.clear()
    },
    check: async (name: string, hash: string, find: () => Promise<Kept<T> | undefined>): Promise<T | undefined> => {
      const kept = known.get(name)
      if (kept !== undefined && sameHash(kept.hash, hash)) return kept.who
      const before = edition
      const found = await find()
      if (found === undefined || !sameHash(found.hash, hash)) return undefined
      const [oldest] = known.keys()
      if (known.size >= CACHED_MAX && oldest !== undefined) known.delete(oldest)
      // What was read before the cache was cleared may be out of date.
      if (before === edition) known.set(name, found)
      return found.who
    },
  }
}

const changed = async (tx: Database): Promise<void> => {
  await tx
    .updateTable('counter')
    .set((row) => ({ value: row('value', '+', 1) }))
    .where('name', '=', 'doors')
    .execute()
}

/** A new name cannot be in anybody's cache, so nobody needs to be told. False when the name is taken. */
const insertCredential = async (db: Database, row: Tables['credential']): Promise<boolean> => {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('credential')
    .values(row)
    .onConflict((conflict) => conflict.column('username').doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

const ensureService = async (
  db: Database,
  { username, hash, at }: { readonly username: string; readonly hash: string; readonly at: number },
): Promise<void> => {
  const known = await db.selectFrom('credential').selectAll().where('username', '=', username).executeTakeFirst()
  if (known !== undefined && known.kind !== 'service')
    throw new Error(`registry: ${username} is the name of a site's credential`)
  if (known !== undefined && sameHash(known.token_sha256, hash)) return
  await db.transaction().execute(async (tx) => {
    await tx
      .insertInto('credential')
      .values({ username, kind: 'service', park: null, site: null, token_sha256: hash, issued_at: at })
      .onConflict((conflict) => conflict.column('username').doUpdateSet({ token_sha256: hash, issued_at: at }))
      .execute()
    await changed(tx)
  })
}

const findPrincipal = async (db: Database, username: string): Promise<Kept<Principal> | undefined> => {
  const row = await db.selectFrom('credential').selectAll().where('username', '=', username).executeTakeFirst()
  if (row === undefined) return undefined
  if (row.kind === 'service') return { hash: row.token_sha256, who: { kind: 'service', username } }
  const { park, site } = row
  if (park === null || site === null) return undefined
  return { hash: row.token_sha256, who: { kind: 'site', username, park, site } }
}

const insertKey = async (db: Database, key: KeySpec, at: number): Promise<IssuedKey> => {
  const token = key.token ?? `ppk_${newSuffix(KEY_ID_LENGTH)}_${newToken()}`
  const keyId = keyIdOf(token)
  const { kind, park, site } = { park: null, site: null, ...key.reach }
  await db
    .insertInto('api_key')
    .values({
      key_id: keyId,
      name: key.name,
      role: key.role,
      reach: kind,
      park,
      site,
      token_sha256: tokenHash(token),
      issued_at: at,
    })
    .onConflict((conflict) => conflict.column('key_id').doNothing())
    .execute()
  return { kind: 'issued', keyId, token }
}

const findHolder = async (db: Database, keyId: string): Promise<Kept<KeyHolder> | undefined> => {
  const row = await db.selectFrom('api_key').selectAll().where('key_id', '=', keyId).executeTakeFirst()
  if (row === undefined) return undefined
  const reach = reachOf(row)
  if (reach === undefined) return undefined
  return { hash: row.token_sha256, who: { keyId, name: row.name, role: row.role as Role, reach } }
}

/** A row that says less than its reach needs opens nothing. */
const reachOf = ({ reach, park, site }: Tables['api_key']): Reach | undefined => {
  if (reach === 'installation') return { kind: 'installation' }
  if (reach === 'park' && park !== null) return { kind: 'park', park }
  if (reach === 'site' && park !== null && site !== null) return { kind: 'site', park, site }
  return undefined
}
