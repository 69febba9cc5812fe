// For the tests of this service: the api over a real registry and a real store in a folder of its own, at a clock that stands.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { InjectOptions } from 'fastify'
import { createHealth, createLog, createMetrics, type Health } from '@parkpulse/host'
import { openRegistry, type KeySpec, type Registry } from '@parkpulse/registry'
import {
  openFigures,
  openFiguresWriter,
  openReadings,
  openReadingsWriter,
  type FiguresWriter,
  type ReadingsWriter,
} from '@parkpulse/store'
import { ensureAdministrator } from './administrator.ts'
import type { App } from './app-type.ts'
import { createApp } from './app.ts'
import { createOps } from './ops.ts'

/** 2026-11-22 10:30 in Hải Phòng. */
export const NOW = Date.parse('2026-11-22T10:30:00+07:00')

export type Answered = {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly text: string
  readonly headers: Record<string, unknown>
}

export type RunningApi = {
  readonly data: string
  readonly app: App
  readonly registry: Registry
  /** Stands at NOW until a test moves it. */
  readonly clock: { at: number }
  readonly health: Health
  readonly readings: ReadingsWriter
  readonly figures: FiguresWriter
  readonly adminKey: string
  /** Asks with the administrator's key, or another one (undefined: none). */
  ask(
    method: 'GET' | 'PUT' | 'POST',
    url: string,
    options?: { body?: unknown; key?: string | undefined; headers?: Record<string, string> },
  ): Promise<Answered>
  issueKey(spec: KeySpec): Promise<string>
  /** The id of a register, for writing readings of it. */
  registerId(meterPath: string, quantity: string): number
  close(): Promise<void>
}

export async function startApi(): Promise<RunningApi> {
  const data = await mkdtemp(path.join(tmpdir(), 'parkpulse-api-'))
  const folder = path.join(data, 'store')
  const clock = { at: NOW, now: (): number => clock.at }
  const log = createLog('api', { logLevel: 'error' })
  log.level = 'silent'
  const registry = await openRegistry({ file: path.join(data, 'registry.db'), now: clock.now })
  await ensureAdministrator(registry, data, log)
  const writers = { readings: await openReadingsWriter({ folder }), figures: await openFiguresWriter({ folder }) }
  const doors = { readings: await openReadings({ folder }), figures: await openFigures({ folder }) }
  const metrics = createMetrics('api')
  const health = createHealth()
  const ops = createOps({ data, health, metrics, now: clock.now })
  const app = await createApp({ registry, ...doors, ops, log, clock, metrics, config: { lang: 'en' } })
  const adminKey = await issue(registry, { name: 'test', role: 'administrator', reach: { kind: 'installation' } })
  return {
    data,
    app,
    registry,
    clock,
    health,
    ...writers,
    adminKey,
    async ask(method, url, { body, headers, ...rest } = {}) {
      const key = 'key' in rest ? rest.key : adminKey
      const options: InjectOptions = {
        method,
        url,
        headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      }
      const answer = await app.inject(options)
      const isJson = String(answer.headers['content-type']).includes('json')
      return {
        status: answer.statusCode,
        text: answer.body,
        headers: answer.headers,
        body: isJson ? answer.json<Record<string, unknown>>() : {},
      }
    },
    issueKey: (spec) => issue(registry, spec),
    registerId(meterPath, quantity) {
      const meter = registry.installation().meters.find(({ park, site, id }) => `${park}/${site}/${id}` === meterPath)
      const register = meter?.registers.find((one) => one.quantity === quantity)
      if (register === undefined) throw new Error(`no register ${quantity} of ${meterPath}`)
      return register.id
    },
    async close() {
      await app.close()
      await Promise.all([doors.readings.close(), doors.figures.close()])
      await Promise.all([writers.readings.close(), writers.figures.close(), registry.close()])
      await rm(data, { recursive: true, force: true })
    },
  }
}

async function issue(registry: Registry, spec: KeySpec): Promise<string> {
  const issued = await registry.issueKey(spec)
  if (issued.kind === 'invalid') throw new Error(JSON.stringify(issued.problems))
  return issued.token
}

/** Registers a park with two sites and four meters through the API itself. */
export async function provisionPark(api: RunningApi, park = 'p1'): Promise<void> {
  const put = async (url: string, body: unknown): Promise<void> => {
    const { status, text } = await api.ask('PUT', `/api/v1/parks/${park}${url}`, { body })
    if (status !== 201) throw new Error(`${url}: ${status} ${text}`)
  }
  await put('', { name: 'Park', timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' })
  for (const site of ['s1', 's2']) await put(`/sites/${site}`, { name: `Factory ${site}` })
  const registers = [
    { quantity: 'active_energy_import_kwh', multiplier: 40, mostPerHour: 100_000 },
    { quantity: 'active_power_kw', low: 0, high: 5000 },
  ]
  await put('/sites/s1/meters/e1', { name: 'Main', commodity: 'electricity', registers })
  await put('/sites/s1/meters/ww1', { name: 'Outlet', commodity: 'wastewater' })
  await put('/sites/s2/meters/e1', { name: 'Main', commodity: 'electricity', registers })
  await put('/sites/s2/meters/w1', { name: 'Inlet', commodity: 'water' })
}
