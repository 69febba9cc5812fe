// What every store promises of figures: the latest edition stands, earlier ones stay readable, a change is written whole.

import type { Emission, NoFactor } from '@parkpulse/emissions'
import { HOUR_MS } from '@parkpulse/metering'
import { describe, expect, it } from 'vitest'
import type { FiguresChange, HourRevision } from '../ports.ts'
import { T0 } from './batches.ts'
import { opened, type StoreDoors, testFolder } from './opened.ts'

const ALL = { from: 0, until: T0 * 2 }
const NOTHING: FiguresChange = { dueAdded: [], dueDone: [], hours: [], emissions: [], alertStates: [], transitions: [] }

/** A change with nothing in it but what is given. */
export const change = (other: Partial<FiguresChange>): FiguresChange => ({ ...NOTHING, ...other })

const hour = (registerId: number, n: number, other: Partial<HourRevision> = {}): HourRevision => ({
  registerId,
  hour: T0 + n * HOUR_MS,
  revision: 1,
  cause: 'closed',
  recordedAt: T0 + (n + 1) * HOUR_MS + 7,
  amount: 1_000 + n,
  shares: { measured: 900 + n, interpolated: 70, estimated: 20, edited: 10 },
  quality: 'estimated',
  missingMs: 0,
  events: [],
  carry: { at: T0 + (n + 1) * HOUR_MS - 3, value: 5_000.5 + n },
  ...other,
})

const emission = (registerId: number, n: number, other: Partial<Emission> = {}): Emission => ({
  kind: 'emission',
  registerId,
  hour: T0 + n * HOUR_MS,
  scope: 2,
  method: 'location',
  gases: { co2Kg: 0.1 + n, ch4Kg: 0.02, n2oKg: 0 },
  factorId: 'vn-grid-2023',
  factorStatus: 'provisional',
  hourRevision: 1,
  quality: 'measured',
  ...other,
})

const noFactor = (registerId: number, n: number): NoFactor => {
  const { scope, method, hourRevision, quality } = emission(registerId, n)
  return { kind: 'no-factor', registerId, hour: T0 + n * HOUR_MS, scope, method, hourRevision, quality }
}

const { carry: _, ...withoutCarry } = hour(1, 0)

const shares = (n: number, measured: number) => ({
  measured,
  interpolated: 70 * n,
  estimated: 20 * n,
  edited: 10 * n,
})

export const figuresConformance = (doors: StoreDoors): void => {
  const open = async () => {
    const folder = await testFolder()
    const figures = await opened(doors.figures, folder)
    return { folder, figures, writer: await opened(doors.figuresWriter, folder) }
  }

  describe('hours', () => {
    it('are found as committed, by register and hour, in half-open periods', async () => {
      const { writer, figures } = await open()
      const two = hour(2, 0, {
        quality: 'missing',
        missingMs: 5,
        events: ['rollover', 'reset', 'rollover'],
        amount: -3,
      })
      const hours = [hour(1, 1), two, { ...withoutCarry }, hour(1, 2), hour(3, 0)]
      await writer.commit(change({ hours }))
      expect(await figures.hours([2, 1, 2], ALL)).toEqual([hours[2], hours[0], hours[3], two])
      expect(await figures.hours([1], { from: T0 + 1, until: T0 + 2 * HOUR_MS })).toEqual([hours[0]])
      expect(await figures.hours([], ALL)).toEqual([])
      expect(await figures.hours([9], ALL)).toEqual([])
    })

    it('stand in their latest revision, and the earlier ones stay readable', async () => {
      const { writer, figures } = await open()
      const editions = [1, 2, 5].map((revision) => hour(1, 0, { revision, cause: 'late-readings', amount: revision }))
      for (const edition of editions) await writer.commit(change({ hours: [edition, hour(2, edition.revision)] }))
      expect(await figures.hours([1], ALL)).toEqual([editions[2]])
      expect(await figures.revisions(1, T0)).toEqual(editions)
      expect(await figures.revisions(1, T0 + HOUR_MS)).toEqual([])
    })

    it.each([1, 2])('of revision %d do not replace revision 2, and the whole change fails', async (revision) => {
      const { writer, figures } = await open()
      await writer.commit(change({ hours: [hour(1, 0, { revision: 2 })], feedUpTo: 7 }))
      const wrong = change({ hours: [hour(2, 0), hour(1, 0, { revision })], feedUpTo: 8 })
      await expect(writer.commit(wrong)).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT' })
      expect(await writer.feedUpTo()).toBe(7)
      expect(await figures.hours([1, 2], ALL)).toEqual([hour(1, 0, { revision: 2 })])
    })

    it('that do not start on the hour are refused', async () => {
      const { writer } = await open()
      const write = writer.commit(change({ hours: [hour(1, 0, { hour: T0 + 1 })] }))
      await expect(write).rejects.toMatchObject({ code: 'STORE_BAD_INPUT' })
    })

    it('before another are the last with a carry, for one and for many', async () => {
      const { writer, figures } = await open()
      const hours = [hour(1, -9_000), hour(1, 0), { ...withoutCarry, hour: T0 + HOUR_MS }, hour(2, 3)]
      await writer.commit(change({ hours }))
      expect(await figures.hourBefore(1, T0 + 5 * HOUR_MS)).toEqual(hours[1])
      expect(await figures.hourBefore(1, T0)).toEqual(hours[0])
      expect(await figures.hourBefore(2, T0)).toBeUndefined()
      const places = [2, 1, 9, 1].map((registerId, i) => ({ registerId, hour: T0 + i * HOUR_MS }))
      expect(await figures.hoursBefore(places)).toEqual([undefined, hours[1], undefined, hours[1]])
    })

    it('of runs come in the order of the runs', async () => {
      const { writer, figures } = await open()
      await writer.commit(change({ hours: [hour(1, 0), hour(1, 1), hour(1, 2), hour(2, 0, { events: ['dip'] })] }))
      const runs = [
        { registerId: 2, from: T0, until: T0 + HOUR_MS },
        { registerId: 7, from: T0, until: T0 + HOUR_MS },
        { registerId: 1, from: T0 + HOUR_MS, until: T0 + 9 * HOUR_MS },
      ]
      expect(await figures.hoursOf(runs)).toEqual([hour(2, 0, { events: ['dip'] }), hour(1, 1), hour(1, 2)])
    })
  })

  describe('emissions', () => {
    it('are found as committed, and no factor is not zero', async () => {
      const { writer, figures } = await open()
      const market = emission(1, 0, {
        method: 'market',
        factorId: 'residual',
        factorStatus: 'official',
        quality: 'edited',
      })
      await writer.commit(change({ emissions: [noFactor(2, 0), market, emission(1, 1), emission(1, 0)] }))
      const found = await figures.emissions([2, 1], ALL)
      expect(found).toEqual([emission(1, 0), market, emission(1, 1), noFactor(2, 0)])
      expect(await figures.emissions([1], { from: T0 + HOUR_MS, until: T0 + 2 * HOUR_MS })).toEqual([emission(1, 1)])
    })

    it('replace what stood for the same place; those of earlier revisions stay readable', async () => {
      const { writer, figures } = await open()
      const [first, again, second] = [
        noFactor(1, 0),
        emission(1, 0),
        emission(1, 0, { hourRevision: 2, factorId: 'new' }),
      ]
      for (const one of [first, again, second]) await writer.commit(change({ emissions: [one] }))
      expect(await figures.emissions([1], ALL)).toEqual([second])
      expect(await figures.emissionRevisions(1, T0)).toEqual([again, second])
    })
  })

  describe('sums', () => {
    it('of hours are made by register and stretch, with the worst quality and the highest revision', async () => {
      const { writer, figures } = await open()
      const hours = [hour(1, 0), hour(1, 1, { quality: 'missing', missingMs: 60, revision: 3 }), hour(1, 2), hour(2, 2)]
      await writer.commit(change({ hours: [...hours, hour(1, 3)] }))
      const edges = [T0, T0 + 2 * HOUR_MS, T0 + 3 * HOUR_MS]
      const one = { missingMs: 0, quality: 'estimated', revision: 1, hours: 1, from: edges[1] }
      expect(await figures.hourSums([2, 1, 7], edges)).toEqual([
        {
          registerId: 1,
          from: T0,
          amount: 2_001,
          shares: shares(2, 1_801),
          hours: 2,
          missingMs: 60,
          quality: 'missing',
          revision: 3,
        },
        { registerId: 1, ...one, amount: 1_002, shares: shares(1, 902) },
        { registerId: 2, ...one, amount: 1_002, shares: shares(1, 902) },
      ])
    })

    it('leave out hours of which nothing is known: they are no zeros', async () => {
      const { writer, figures } = await open()
      const unknown = { quality: 'missing', missingMs: HOUR_MS } as const
      await writer.commit(change({ hours: [hour(1, 0), hour(1, 1, unknown), hour(2, 0, unknown)] }))
      const sums = await figures.hourSums([1, 2], [T0, T0 + 2 * HOUR_MS])
      expect(sums.map(({ registerId, hours, missingMs }) => ({ registerId, hours, missingMs }))).toEqual([
        { registerId: 1, hours: 1, missingMs: 0 },
      ])
    })

    it('of emissions keep apart what must not be mixed', async () => {
      const { writer, figures } = await open()
      const other = emission(1, 2, { factorId: 'other' })
      await writer.commit(change({ emissions: [emission(1, 0), emission(1, 1), other, noFactor(1, 3)] }))
      const sums = await figures.emissionSums([1], [T0, T0 + 9 * HOUR_MS])
      const place = { registerId: 1, from: T0, scope: 2, method: 'location', quality: 'measured' }
      const status = 'provisional'
      expect(sums).toEqual([
        { ...place, hours: 1, gases: { co2Kg: 0, ch4Kg: 0, n2oKg: 0 } },
        { ...place, factor: { id: 'other', status }, hours: 1, gases: other.gases },
        {
          ...place,
          factor: { id: 'vn-grid-2023', status },
          hours: 2,
          gases: { co2Kg: 0.1 + 1.1, ch4Kg: 0.04, n2oKg: 0 },
        },
      ])
    })

    it.each([[[T0, T0]], [[T0 + 1, T0 + HOUR_MS]], [[T0 + HOUR_MS, T0]]])('refuse edges %j', async (edges) => {
      const { figures } = await open()
      await expect(figures.hourSums([1], edges)).rejects.toMatchObject({ code: 'STORE_BAD_INPUT' })
    })
  })

  describe('hours that are due', () => {
    it('wait until done; done comes before added; doing either twice changes nothing', async () => {
      const { writer } = await open()
      const due = [1, 2, 3].map((registerId) => ({ registerId, hour: T0 + registerId * HOUR_MS }))
      const [one, two, three] = due as [(typeof due)[0], (typeof due)[0], (typeof due)[0]]
      await writer.commit(change({ dueAdded: [one, two, one] }))
      await writer.commit(change({ dueAdded: [two, three], dueDone: [two, one] }))
      expect(await writer.due()).toEqual([two, three])
      await writer.commit(change({ dueDone: [one, three] }))
      expect(await writer.due()).toEqual([two])
    })
  })

  it('the feed number is kept when a change does not name one, and by a new writer', async () => {
    const { folder, writer } = await open()
    expect(await writer.feedUpTo()).toBe(0)
    await writer.commit(change({ feedUpTo: 41 }))
    await writer.commit(change({ dueAdded: [{ registerId: 1, hour: T0 }] }))
    await writer.close()
    const again = await opened(doors.figuresWriter, folder)
    expect(await again.feedUpTo()).toBe(41)
    expect(await again.due()).toEqual([{ registerId: 1, hour: T0 }])
  })
}
