// From rows to the book: takes over what was changed since the book's version, whoever changed it.

import type { Rule } from '@parkpulse/alerting'
import { quantityNamed, type Commodity, type Register } from '@parkpulse/metering'
import { meterKey, serialKey, siteKey, type Book } from './book.ts'
import type { Meter, RetiredRegister, Site } from './model.ts'
import type { Database, RegisterRow, Tables } from './schema.ts'

/** What is in memory twice while it is read: 10 000 rows are some 10 MB. */
const ROWS_PER_PAGE = 10_000

/**
 * Brings the book to `version`. To be called inside a transaction in which `version` was read, so that all tables
 * are of one moment. Nothing is ever deleted from these tables, so rows with a later version are all there is to do.
 */
export const takeOver = async (tx: Database, book: Book, version: number): Promise<void> => {
  if (version === book.version) return
  const since = book.version
  for (const row of await tx.selectFrom('park').selectAll().where('version', '>', since).execute()) {
    const park = { id: row.id, name: row.name, timeZone: row.time_zone, gridRegion: row.grid_region }
    book.parks.set(row.id, Object.freeze(park))
  }
  for (const { park, id, name } of await tx.selectFrom('site').selectAll().where('version', '>', since).execute())
    book.sites.set(siteKey(park, id), Object.freeze({ park, id, name }))
  for (const { id, body } of await tx.selectFrom('rule').selectAll().where('version', '>', since).execute())
    book.rules.set(id, Object.freeze(JSON.parse(body) as Rule))
  await takeOverMeters(tx, book, since)
  book.version = version
}

const takeOverMeters = async (tx: Database, book: Book, since: number): Promise<void> => {
  const registers = await registersByMeter(tx, since)
  for (const row of await tx.selectFrom('meter').selectAll().where('version', '>', since).execute()) {
    const key = meterKey(row)
    const before = book.meters.get(key)
    if (before?.serial !== undefined) book.serials.delete(serialKey(row.park, before.serial))
    const meter = meterOf(row, book.sites.get(siteKey(row.park, row.site)), registers.get(key))
    if (meter.serial !== undefined) book.serials.set(serialKey(row.park, meter.serial), key)
    book.meters.set(key, meter)
  }
}

type OfMeter = { readonly registers: Register[]; readonly retired: RetiredRegister[] }

/**
 * The registers of all changed meters. A changed meter's registers are all written again with its version, so they are
 * found without a join, and lie together in the order of their ids.
 */
const registersByMeter = async (tx: Database, since: number): Promise<ReadonlyMap<string, OfMeter>> => {
  const byMeter = new Map<string, OfMeter>()
  let rows: readonly RegisterRow[] = []
  do {
    const last = rows.at(-1) ?? { version: since, id: Number.MAX_SAFE_INTEGER }
    rows = await tx
      .selectFrom('register')
      .selectAll()
      .where((row) => row(row.refTuple('version', 'id'), '>', row.tuple(last.version, last.id)))
      .orderBy('version')
      .orderBy('id')
      .limit(ROWS_PER_PAGE)
      .execute()
    for (const row of rows) {
      const key = meterKey({ park: row.park, site: row.site, id: row.meter })
      const own = byMeter.get(key) ?? { registers: [], retired: [] }
      byMeter.set(key, own)
      if (row.retired_at === null) own.registers.push(registerOf(row))
      else own.retired.push(Object.freeze({ ...registerOf(row), retiredAt: row.retired_at }))
    }
  } while (rows.length === ROWS_PER_PAGE)
  return byMeter
}

/** The site's own strings are shared by its meters, as the vocabulary's are by registers: most of the memory. */
const meterOf = (row: Tables['meter'], site: Site | undefined, own: OfMeter | undefined): Meter =>
  Object.freeze({
    park: site?.park ?? row.park,
    site: site?.id ?? row.site,
    id: row.id,
    name: row.name,
    commodity: row.commodity as Commodity,
    ...(row.serial === null ? {} : { serial: row.serial }),
    registers: Object.freeze(own?.registers ?? []),
    ...(own === undefined || own.retired.length === 0 ? {} : { retired: Object.freeze(own.retired) }),
  })

/** `Number` only settles that what belongs to the kind is not null. */
const registerOf = (row: RegisterRow): Register => {
  const { id } = row
  // A quantity that left the vocabulary keeps its old name: its readings are still there.
  const quantity = quantityNamed(row.quantity)?.name ?? row.quantity
  if (row.kind === 'momentary')
    return Object.freeze({ kind: 'momentary', id, quantity, low: Number(row.low), high: Number(row.high) })
  return Object.freeze({
    kind: 'cumulative',
    id,
    quantity,
    resolution: Number(row.resolution),
    capacity: Number(row.capacity),
    multiplier: Number(row.multiplier),
    mostPerHour: Number(row.most_per_hour),
  })
}
