// What every registry must do, whatever it keeps its rows in: called by the test of each implementation.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LimitRule } from '@parkpulse/alerting'
import type { MeterSpec, PutOutcome, Registry } from './ports.ts'

/** A database that lasts for one test: each call of `open` is another process's view of it. */
export type Bench = { open(): Promise<Registry>; remove(): Promise<void> }

const park = { id: 'p', name: 'Park', timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' }
const site = { park: 'p', id: 's', name: 'Site' }
const meter: MeterSpec = {
  park: 'p',
  site: 's',
  id: 'm',
  name: 'Meter',
  commodity: 'water',
  serial: 'W-1',
  registers: [
    { quantity: 'volume_m3', resolution: 0.1, capacity: 1_000_000, mostPerHour: 50 },
    { quantity: 'flow_m3_h' },
  ],
}
const rule: LimitRule = {
  kind: 'limit',
  id: 'flow',
  place: { park: 'p', site: 's', meter: 'm' },
  quantity: 'flow_m3_h',
  breach: 'above',
  limit: 50,
  clear: 45,
  holdMs: 60_000,
  keepFiringMs: 0,
  severity: 'warning',
  advice: { vi: 'Kiểm tra van.', en: 'Check the valve.' },
}
const said = (put: string) => ({ kind: 'put', put })
const problem = (path: string, text: string): PutOutcome => ({
  kind: 'invalid',
  problems: [{ path, problem: expect.stringContaining(text) as string }],
})

/** Declares the suite; `setUp` makes an empty database. */
export const registryConformance = (name: string, setUp: () => Promise<Bench>): void => {
  describe(`${name} as a registry`, () => {
    let bench: Bench
    let registry: Registry
    beforeEach(async () => {
      bench = await setUp()
      registry = await bench.open()
    })
    afterEach(async () => {
      await registry.close()
      await bench.remove()
    })
    const registered = async (): Promise<void> => {
      await registry.putPark(park)
      await registry.putSite(site)
      await registry.putMeter(meter)
    }
    placesTests(() => registry, registered)
    registerTests(() => registry, registered)
    sharingTests(() => ({ bench, registry }), registered)
    doorTests(() => ({ bench, registry }), registered)
  })
}

type Prepared = () => Promise<void>

const placesTests = (registry: () => Registry, registered: Prepared): void => {
  it('starts empty', () => {
    expect(registry().installation()).toEqual({ version: 0, parks: [], sites: [], meters: [], rules: [] })
  })

  it('says created, unchanged, changed; only changes move the version', async () => {
    const outcomes = []
    for (const put of [park, park, { ...park, name: 'Other' }, { ...park, name: 'Other' }]) {
      outcomes.push([await registry().putPark(put), registry().installation().version])
    }
    expect(outcomes).toEqual([
      [said('created'), 1],
      [said('unchanged'), 1],
      [said('changed'), 2],
      [said('unchanged'), 2],
    ])
  })

  it('wants what is above a place first', async () => {
    expect(await registry().putSite(site)).toEqual(problem('park', 'is not registered: p'))
    expect(await registry().putMeter(meter)).toEqual(problem('park', 'is not registered: p'))
    expect(await registry().putRule(rule)).toEqual(problem('place.park', 'is not registered: p'))
    await registry().putPark(park)
    expect(await registry().putMeter(meter)).toEqual(problem('site', 'is not registered: p/s'))
    expect(await registry().putRule(rule)).toEqual(problem('place.site', 'is not registered: p/s'))
    await registry().putSite(site)
    expect(await registry().putRule(rule)).toEqual(problem('place.meter', 'is not registered: p/s/m'))
    expect(registry().installation().meters).toEqual([])
  })

  it('keeps rules', async () => {
    await registered()
    expect(await registry().putRule(rule)).toEqual({ kind: 'put', put: 'created' })
    expect(await registry().putRule(rule)).toEqual({ kind: 'put', put: 'unchanged' })
    expect(await registry().putRule({ ...rule, limit: 60 })).toEqual({ kind: 'put', put: 'changed' })
    expect(registry().installation().rules).toEqual([{ ...rule, limit: 60 }])
    expect(await registry().putRule({ ...rule, clear: 70 })).toEqual(problem('clear', 'must not be above'))
    await registry().putPark({ ...park, id: 'q' })
    expect(await registry().putRule({ ...rule, place: { park: 'q' } })).toEqual(problem('id', 'of park p'))
  })

  it('does not move a meter, nor change what it measures', async () => {
    await registered()
    await registry().putSite({ ...site, id: 't' })
    expect(await registry().putMeter({ ...meter, site: 't' })).toEqual(problem('serial', 'is the serial of p/s/m'))
    expect(await registry().putMeter({ ...meter, commodity: 'wastewater' })).toEqual(
      problem('commodity', 'was water and cannot become wastewater'),
    )
    // Another device at another site may carry the same id, and a serial is free again once it is given up.
    expect(await registry().putMeter({ ...meter, serial: 'W-2' })).toEqual({ kind: 'put', put: 'changed' })
    expect(await registry().putMeter({ ...meter, site: 't' })).toEqual({ kind: 'put', put: 'created' })
  })
}

const registerTests = (registry: () => Registry, registered: Prepared): void => {
  const only = () => registry().installation().meters[0]
  const ids = () => ({
    listed: only()?.registers.map(({ id, quantity }) => `${id} ${quantity}`),
    retired: only()?.retired?.map(({ id, quantity }) => `${id} ${quantity}`),
  })

  it('keeps registers in base units', async () => {
    await registered()
    expect(only()?.registers).toEqual([
      {
        kind: 'cumulative',
        id: 1,
        quantity: 'volume_m3',
        resolution: 100,
        capacity: 1_000_000_000,
        multiplier: 1,
        mostPerHour: 50_000,
      },
      { kind: 'momentary', id: 2, quantity: 'flow_m3_h', low: -5000, high: 5000 },
    ])
  })

  it('lets a register keep its id, retires what is not listed, and takes it back under its old id', async () => {
    await registered()
    const put = (quantities: readonly string[]) =>
      registry().putMeter({ ...meter, registers: quantities.map((quantity) => ({ quantity })) })
    await put(['flow_m3_h', 'volume_m3'])
    expect(ids()).toEqual({ listed: ['1 volume_m3', '2 flow_m3_h'], retired: undefined })
    await put(['pressure_bar'])
    expect(ids()).toEqual({ listed: ['3 pressure_bar'], retired: ['1 volume_m3', '2 flow_m3_h'] })
    await put(['volume_m3', 'pressure_bar'])
    expect(ids()).toEqual({ listed: ['1 volume_m3', '3 pressure_bar'], retired: ['2 flow_m3_h'] })
    await registry().putMeter({ ...meter, id: 'n', serial: 'W-9', registers: [{ quantity: 'volume_m3' }] })
    expect(
      registry()
        .installation()
        .meters[1]?.registers.map(({ id }) => id),
    ).toEqual([4])
  })

  it('does not spend ids on what is refused', async () => {
    await registered()
    await registry().putMeter({ ...meter, id: 'x', serial: 'W-1' })
    await registry().putMeter({ ...meter, id: 'n', serial: 'W-9' })
    expect(
      registry()
        .installation()
        .meters[1]?.registers.map(({ id }) => id),
    ).toEqual([3, 4])
  })
}

type Shared = () => { readonly bench: Bench; readonly registry: Registry }

const sharingTests = (shared: Shared, registered: Prepared): void => {
  it('shows its own changes at once and those of others after a refresh', async () => {
    const { bench, registry } = shared()
    const other = await bench.open()
    await registered()
    expect(registry.installation().meters).toHaveLength(1)
    expect(other.installation().meters).toHaveLength(0)
    expect([await other.refresh(), await other.refresh()]).toEqual([true, false])
    expect(other.installation()).toEqual(registry.installation())
    expect(await registry.refresh()).toBe(true)
    await other.close()
  })

  it('builds on what others did a moment ago, without a refresh', async () => {
    const { bench, registry } = shared()
    const other = await bench.open()
    await registered()
    expect(await other.putMeter({ ...meter, name: 'New name' })).toEqual({ kind: 'put', put: 'changed' })
    expect(await other.putMeter({ ...meter, id: 'n', serial: 'W-1' })).toEqual(problem('serial', 'p/s/m'))
    await registry.refresh()
    expect(registry.installation()).toEqual(other.installation())
    await other.close()
  })

  it('takes many changes at once, one after the other', async () => {
    const { registry } = shared()
    await registered()
    const put = (n: number) => registry.putMeter({ ...meter, id: `m-${n}`, serial: `X-${n}` })
    await Promise.all(Array.from({ length: 20 }, (_, n) => put(n)))
    const ids = registry.installation().meters.flatMap(({ registers }) => registers.map(({ id }) => id))
    expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 42 }, (_, n) => n + 1))
  })

  it('is the same after it was opened again', async () => {
    const { bench, registry } = shared()
    await registered()
    await registry.putRule(rule)
    await registry.putMeter({ ...meter, registers: [{ quantity: 'flow_m3_h', low: 0 }] })
    const again = await bench.open()
    expect(again.installation()).toEqual(registry.installation())
    expect(await again.putRule(rule)).toEqual({ kind: 'put', put: 'unchanged' })
    await again.close()
  })
}

const doorTests = (shared: Shared, registered: Prepared): void => {
  it("opens the MQTT door to a site's credential, in every process, and to nothing like it", async () => {
    const { bench, registry } = shared()
    const other = await bench.open()
    await registered()
    const issued = await registry.issueSiteCredential('p', 's')
    if (issued.kind !== 'issued') throw new Error('not issued')
    expect(issued.username).toMatch(/^p\.s\.[a-z2-9]{6}$/)
    expect(Buffer.from(issued.password, 'base64url')).toHaveLength(32)
    const who = { kind: 'site', username: issued.username, park: 'p', site: 's' }
    expect(await other.authenticate(issued.username, issued.password)).toEqual(who)
    expect(await other.authenticate(issued.username, issued.password)).toEqual(who)
    const wrong = ['', 'x', issued.password.slice(1), `${issued.password}x`, 'x'.repeat(100_000)]
    for (const password of wrong) expect(await other.authenticate(issued.username, password)).toBeUndefined()
    expect(await other.authenticate('p.s.nobody', issued.password)).toBeUndefined()
    await other.close()
  })

  it('issues nothing for a place that is not registered', async () => {
    const { registry } = shared()
    const nowhere = { kind: 'invalid', problems: [{ path: 'site', problem: 'is not registered: p/s' }] }
    expect(await registry.issueSiteCredential('p', 's')).toEqual(nowhere)
    const key = { name: 'K', role: 'staff' as const }
    expect(await registry.issueKey({ ...key, reach: { kind: 'park', park: 'p' } })).toEqual(
      problem('reach.park', 'is not registered: p'),
    )
    expect(await registry.issueKey({ ...key, role: 'site', reach: { kind: 'installation' } })).toEqual(
      problem('reach', 'must be a site'),
    )
    expect(await registry.issueKey({ ...key, reach: { kind: 'installation' }, token: 'short' })).toEqual(
      problem('token', 'must be 32'),
    )
  })

  it("follows a service's token when its file was replaced", async () => {
    const { bench, registry } = shared()
    const other = await bench.open()
    await registry.ensureServiceCredential('parkpulse', 'first-token')
    await registry.ensureServiceCredential('parkpulse', 'first-token')
    const who = { kind: 'service', username: 'parkpulse' }
    expect(await other.authenticate('parkpulse', 'first-token')).toEqual(who)
    await registry.ensureServiceCredential('parkpulse', 'second-token')
    expect(await registry.authenticate('parkpulse', 'first-token')).toBeUndefined()
    expect(await other.authenticate('parkpulse', 'second-token')).toEqual(who)
    await other.refresh()
    expect(await other.authenticate('parkpulse', 'first-token')).toBeUndefined()
    await other.close()
  })

  it('opens the HTTP door to keys, with their role and reach', async () => {
    const { bench, registry } = shared()
    await registered()
    const other = await bench.open()
    const reach = { kind: 'site', park: 'p', site: 's' } as const
    const issued = await registry.issueKey({ name: 'Factory', role: 'site', reach })
    if (issued.kind !== 'issued') throw new Error('not issued')
    expect(issued.token).toMatch(new RegExp(`^ppk_${issued.keyId}_.{43}$`))
    const who = { keyId: issued.keyId, name: 'Factory', role: 'site', reach }
    expect(await other.authenticateKey(issued.token)).toEqual(who)
    expect(await other.authenticateKey(`${issued.token.slice(0, -2)}xx`)).toBeUndefined()
    expect(await other.authenticateKey(`ppk_${issued.keyId}_`)).toBeUndefined()
    expect(await other.authenticateKey('')).toBeUndefined()
    await other.close()
  })

  it('takes the token of a file as a key, twice without harm', async () => {
    const { registry } = shared()
    const token = 'A'.repeat(43)
    const key = { name: 'admin.key', role: 'administrator', reach: { kind: 'installation' }, token } as const
    const [first, second] = [await registry.issueKey(key), await registry.issueKey(key)]
    expect(first).toEqual(second)
    expect(await registry.authenticateKey(token)).toMatchObject({ name: 'admin.key', role: 'administrator' })
    expect(await registry.authenticateKey('B'.repeat(43))).toBeUndefined()
  })
}
