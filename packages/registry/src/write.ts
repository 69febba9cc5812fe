// Writes a draft down, inside the transaction that it was made in.

import { setImmediate as breathe } from 'node:timers/promises'
import type { Register } from '@parkpulse/metering'
import type { Draft } from './draft.ts'
import type { Meter } from './model.ts'
import type { Database, RegisterRow } from './schema.ts'

/** 15 columns a row make 7 500 parameters; SQLite takes 32 766 in a statement, PostgreSQL 65 535. */
const ROWS_PER_STATEMENT = 500

/** Writes everything that the draft creates or changes, marked with `version`. */
export const writeDraft = async (tx: Database, draft: Draft, version: number): Promise<void> => {
  await inBatches([...draft.parks.values()], async (parks) => {
    const rows = parks.map(({ id, name, timeZone, gridRegion }) => ({
      id,
      name,
      time_zone: timeZone,
      grid_region: gridRegion,
      version,
    }))
    const put = tx.insertInto('park').values(rows)
    await put
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((row) => ({
          name: row.ref('excluded.name'),
          time_zone: row.ref('excluded.time_zone'),
          grid_region: row.ref('excluded.grid_region'),
          version: row.ref('excluded.version'),
        })),
      )
      .execute()
  })
  await inBatches([...draft.sites.values()], async (sites) => {
    const put = tx.insertInto('site').values(sites.map(({ park, id, name }) => ({ park, id, name, version })))
    await put
      .onConflict((conflict) =>
        conflict
          .columns(['park', 'id'])
          .doUpdateSet((row) => ({ name: row.ref('excluded.name'), version: row.ref('excluded.version') })),
      )
      .execute()
  })
  await writeMeters(tx, [...draft.meters.values()], version)
  await writeRules(tx, draft, version)
}

const writeMeters = async (tx: Database, meters: readonly Meter[], version: number): Promise<void> => {
  await inBatches(meters, async (batch) => {
    const rows = batch.map(({ park, site, id, name, commodity, serial }) => ({
      park,
      site,
      id,
      name,
      commodity,
      serial: serial ?? null,
      version,
    }))
    const put = tx.insertInto('meter').values(rows)
    await put
      .onConflict((conflict) =>
        conflict.columns(['park', 'site', 'id']).doUpdateSet((row) => ({
          name: row.ref('excluded.name'),
          commodity: row.ref('excluded.commodity'),
          serial: row.ref('excluded.serial'),
          version: row.ref('excluded.version'),
        })),
      )
      .execute()
  })
  await inBatches(
    meters.flatMap((meter) => registerRows(meter, version)),
    (rows) => writeRegisters(tx, rows),
  )
}

const writeRegisters = async (tx: Database, rows: readonly RegisterRow[]): Promise<void> => {
  await tx
    .insertInto('register')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((row) => ({
        retired_at: row.ref('excluded.retired_at'),
        resolution: row.ref('excluded.resolution'),
        capacity: row.ref('excluded.capacity'),
        multiplier: row.ref('excluded.multiplier'),
        most_per_hour: row.ref('excluded.most_per_hour'),
        low: row.ref('excluded.low'),
        high: row.ref('excluded.high'),
        version: row.ref('excluded.version'),
      })),
    )
    .execute()
}

const writeRules = async (tx: Database, draft: Draft, version: number): Promise<void> => {
  await inBatches([...draft.rules.values()], async (rules) => {
    const rows = rules.map((rule) => ({ id: rule.id, park: rule.place.park, body: JSON.stringify(rule), version }))
    await tx
      .insertInto('rule')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet((row) => ({ body: row.ref('excluded.body'), version: row.ref('excluded.version') })),
      )
      .execute()
  })
}

const registerRows = (meter: Meter, version: number): readonly RegisterRow[] => [
  ...meter.registers.map((register) => registerRow(meter, register, { retired_at: null, version })),
  ...(meter.retired ?? []).map((register) => registerRow(meter, register, { retired_at: register.retiredAt, version })),
]

const registerRow = (
  { park, site, id: meter }: Meter,
  register: Register,
  row: { readonly retired_at: number | null; readonly version: number },
): RegisterRow => {
  const { id, quantity, kind } = register
  const cumulative = register.kind === 'cumulative' ? register : undefined
  const momentary = register.kind === 'momentary' ? register : undefined
  return {
    id,
    park,
    site,
    meter,
    quantity,
    kind,
    ...row,
    resolution: cumulative?.resolution ?? null,
    capacity: cumulative?.capacity ?? null,
    multiplier: cumulative?.multiplier ?? null,
    most_per_hour: cumulative?.mostPerHour ?? null,
    low: momentary?.low ?? null,
    high: momentary?.high ?? null,
  }
}

/** Between batches the event loop has its turn: a full park's import must not stop the process that does it. */
const inBatches = async <T>(things: readonly T[], write: (batch: readonly T[]) => Promise<void>): Promise<void> => {
  for (let start = 0; start < things.length; start += ROWS_PER_STATEMENT) {
    await write(things.slice(start, start + ROWS_PER_STATEMENT))
    await breathe()
  }
}
