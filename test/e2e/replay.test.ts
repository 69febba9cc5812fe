// The store is thrown away and built again from the journal: the same readings, hours and emissions.

import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import mqtt from 'mqtt'
import { expect, test } from 'vitest'
import { eventually, startHouse } from './running-house.ts'

const run = promisify(execFile)
const HOUR_MS = 3_600_000
const T0 = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 30 * HOUR_MS

test('npm run replay rebuilds identical readings, hours and emissions', async () => {
  const house = await startHouse()
  try {
    await house.ask('PUT', '/api/v1/parks/p1', { name: 'P', timeZone: 'Asia/Ho_Chi_Minh', gridRegion: 'VN' })
    await house.ask('PUT', '/api/v1/parks/p1/sites/s1', { name: 'S' })
    for (const meter of ['e1', 'e2', 'e3']) {
      await house.ask('PUT', `/api/v1/parks/p1/sites/s1/meters/${meter}`, { name: meter, commodity: 'electricity' })
    }
    const { body } = await house.ask('POST', '/api/v1/parks/p1/sites/s1/credentials')
    const client = await mqtt.connectAsync({
      host: '127.0.0.1',
      port: house.mqttPort,
      protocol: 'mqtt',
      ...(body as object),
    })
    // A day of minutes for three meters; shuffled by a fixed stride so that much of it comes late; some twice, some with another value.
    const minutes = 24 * 60
    for (let k = 0; k < minutes; k += 1) {
      const n = (k * 587) % minutes
      const items = ['e1', 'e2', 'e3'].map((meter, m) => ({
        meter,
        at: T0 + n * 60_000 + m * 7_000,
        values: { active_energy_import_kwh: 5_000 + n * 1.25 + (k % 400 === 0 ? 0.5 : 0), active_power_kw: 75 },
      }))
      const text = JSON.stringify(items)
      await client.publishAsync('parkpulse/v1/p1/s1/readings', text, { qos: 1 })
      if (k % 50 === 0) await client.publishAsync('parkpulse/v1/p1/s1/readings', text, { qos: 1 })
      if (k % 300 === 0)
        await client.publishAsync(
          'parkpulse/v1/p1/s1/readings',
          text.replace('"active_power_kw":75', '"active_power_kw":76'),
          { qos: 1 },
        )
    }
    await client.endAsync()
    await eventually('the last hour is closed', 60_000, async () => {
      const query = `interval=hour&by=park&park=p1&quantity=active_energy_import_kwh&from=${T0}&to=${T0 + 24 * HOUR_MS}`
      const { body: found } = await house.ask('GET', `/api/v1/consumption?${query}`)
      const { items } = found as { items: { amount?: number }[] }
      return items.length === 24 && items.every((hour) => typeof hour.amount === 'number' && hour.amount > 0)
        ? true
        : undefined
    })
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    await house.stop()
    const { stdout } = await run(process.execPath, [path.resolve(import.meta.dirname, '../../infra/replay.ts')], {
      env: { ...process.env, PARKPULSE_DATA: house.data },
    })
    expect(stdout).toMatch(/readings[^\n]*equal/i)
    expect(stdout).toMatch(/hours[^\n]*equal/i)
    expect(stdout).toMatch(/emissions[^\n]*equal/i)
    expect(stdout).not.toMatch(/differ/i)
  } finally {
    await house.dispose()
  }
})
