// The registry's tables, in types and statements that SQLite and PostgreSQL both take.

import { sql, type Kysely } from 'kysely'

/** `version`: the installation's version at which a row was last changed; how other processes read only what is new. */
export type Tables = {
  counter: { name: CounterName; value: number }
  park: { id: string; name: string; time_zone: string; grid_region: string; version: number }
  site: { park: string; id: string; name: string; version: number }
  meter: {
    park: string
    site: string
    id: string
    name: string
    commodity: string
    serial: string | null
    version: number
  }
  register: RegisterRow
  rule: { id: string; park: string; body: string; version: number }
  credential: {
    username: string
    kind: string
    park: string | null
    site: string | null
    token_sha256: string
    issued_at: number
  }
  api_key: {
    key_id: string
    name: string
    role: string
    reach: string
    park: string | null
    site: string | null
    token_sha256: string
    issued_at: number
  }
}

/** Quantities in base units as the model has them; what does not apply to the kind is null. */
export type RegisterRow = {
  id: number
  park: string
  site: string
  meter: string
  quantity: string
  kind: string
  /** When it was taken off its meter's list; null while it is listed. */
  retired_at: number | null
  resolution: number | null
  capacity: number | null
  multiplier: number | null
  most_per_hour: number | null
  low: number | null
  high: number | null
  version: number
}

/**
 * `installation`: the version of all that is registered. `doors`: changes of credentials and keys. `register`: the
 * last register id given. `schema`: the edition of these tables.
 */
export type CounterName = 'installation' | 'doors' | 'register' | 'schema'

export type Database = Kysely<Tables>

const SCHEMA_EDITION = 2

/** Creates what is missing, and brings an earlier edition up to date. Throws when the file was made by a later edition of ParkPulse. */
export const ensureSchema = async (db: Database, now: () => number): Promise<void> => {
  const tables = await db.introspection.getTables()
  // Looking first keeps a process that only reads from waiting for another one's import.
  if (tables.some((table) => table.name === 'counter')) await upgrade(db, now)
  else await createTables(db)
}

/** Edition 1 did not say when a register was retired: before now. So all that was received until now stays acceptable for it. */
const upgrade = async (db: Database, now: () => number): Promise<void> => {
  if ((await checkEdition(db)) !== 1) return
  await db.transaction().execute(async (tx) => {
    // Another process may have been faster.
    if ((await checkEdition(tx)) !== 1) return
    await tx.schema.alterTable('register').addColumn('retired_at', 'bigint').execute()
    await sql`UPDATE register SET retired_at = ${now()} WHERE retired = 1`.execute(tx)
    await tx.schema.alterTable('register').dropColumn('retired').execute()
    await tx.updateTable('counter').set({ value: SCHEMA_EDITION }).where('name', '=', 'schema').execute()
  })
}

const checkEdition = async (db: Database): Promise<number | undefined> => {
  const found = await db.selectFrom('counter').select('value').where('name', '=', 'schema').executeTakeFirst()
  if (found !== undefined && found.value > SCHEMA_EDITION)
    throw new Error(`registry: its tables are of edition ${found.value}, this program knows ${SCHEMA_EDITION}`)
  return found?.value
}

const createTables = async (db: Database): Promise<void> => {
  await db.transaction().execute(async (tx) => {
    await tx.schema
      .createTable('counter')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'bigint', (column) => column.notNull())
      .execute()
    // Another process may have been faster.
    if ((await checkEdition(tx)) !== undefined) return
    await createPlaces(tx)
    await createRegisters(tx)
    await createDoors(tx)
    await tx
      .insertInto('counter')
      .values([
        { name: 'installation', value: 0 },
        { name: 'doors', value: 0 },
        { name: 'register', value: 0 },
        { name: 'schema', value: SCHEMA_EDITION },
      ])
      .execute()
  })
}

const createPlaces = async (db: Database): Promise<void> => {
  const { schema } = db
  await schema
    .createTable('park')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('time_zone', 'text', (column) => column.notNull())
    .addColumn('grid_region', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .execute()
  await schema
    .createTable('site')
    .addColumn('park', 'text', (column) => column.notNull().references('park.id'))
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('site_key', ['park', 'id'])
    .execute()
  await schema
    .createTable('rule')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('park', 'text', (column) => column.notNull().references('park.id'))
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .execute()
  await createMeter(db)
}

const createMeter = async ({ schema }: Database): Promise<void> => {
  await schema
    .createTable('meter')
    .addColumn('park', 'text', (column) => column.notNull())
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('commodity', 'text', (column) => column.notNull())
    .addColumn('serial', 'text')
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('meter_key', ['park', 'site', 'id'])
    .addForeignKeyConstraint('meter_site', ['park', 'site'], 'site', ['park', 'id'])
    .addUniqueConstraint('meter_serial', ['park', 'serial'])
    .execute()
  await schema.createIndex('meter_version').on('meter').column('version').execute()
}

const createRegisters = async ({ schema }: Database): Promise<void> => {
  await schema
    .createTable('register')
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('park', 'text', (column) => column.notNull())
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('meter', 'text', (column) => column.notNull())
    .addColumn('quantity', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('retired_at', 'bigint')
    .addColumn('resolution', 'bigint')
    .addColumn('capacity', 'bigint')
    .addColumn('multiplier', 'double precision')
    .addColumn('most_per_hour', 'double precision')
    .addColumn('low', 'double precision')
    .addColumn('high', 'double precision')
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('register_quantity', ['park', 'site', 'meter', 'quantity'])
    .addForeignKeyConstraint('register_meter', ['park', 'site', 'meter'], 'meter', ['park', 'site', 'id'])
    .execute()
  await schema.createIndex('register_version').on('register').columns(['version', 'id']).execute()
}

const createDoors = async ({ schema }: Database): Promise<void> => {
  await schema
    .createTable('credential')
    .addColumn('username', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('park', 'text')
    .addColumn('site', 'text')
    .addColumn('token_sha256', 'text', (column) => column.notNull())
    .addColumn('issued_at', 'bigint', (column) => column.notNull())
    .execute()
  await schema
    .createTable('api_key')
    .addColumn('key_id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('reach', 'text', (column) => column.notNull())
    .addColumn('park', 'text')
    .addColumn('site', 'text')
    .addColumn('token_sha256', 'text', (column) => column.notNull())
    .addColumn('issued_at', 'bigint', (column) => column.notNull())
    .execute()
}
