// The process as it runs, alone on an empty folder: no other service has ever been there.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function start(port: number) {
  const data = await mkdtemp(path.join(tmpdir(), 'api-alone-'))
  const env = {
    PATH: process.env['PATH'],
    PARKPULSE_DATA: data,
    PARKPULSE_HTTP_HOST: '127.0.0.1',
    PARKPULSE_HTTP_PORT: String(port),
  }
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts')], { env })
  let said = ''
  child.stdout.resume()
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const stop = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }
  onTestFinished(async () => {
    await stop('SIGKILL')
    await rm(data, { recursive: true })
  })
  return { stop: () => stop('SIGTERM'), complaints: () => said }
}

async function answered(url: string): Promise<Response> {
  for (let tries = 0; tries < 150; tries += 1) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer !== undefined) return answer
    await pause(100)
  }
  throw new Error(`nobody answers at ${url}`)
}

test(
  'listens on an empty folder, is live and not ready, and has nothing to complain of',
  { timeout: 20_000 },
  async () => {
    const port = await freePort()
    const api = await start(port)
    expect((await answered(`http://127.0.0.1:${port}/health/live`)).status).toBe(200)
    const ready = await answered(`http://127.0.0.1:${port}/health/ready`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({ services: { aggregation: { ready: false } } })
    expect((await answered(`http://127.0.0.1:${port}/api/v1/parks`)).status).toBe(401)
    await api.stop()
    expect(api.complaints()).toBe('')
  },
)
