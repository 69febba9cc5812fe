// Signals, deadlines, orphans and sockets, with real processes.

import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createHealth } from './health.ts'
import { createMetrics } from './metrics.ts'
import { askOps } from './ops-client.ts'
import { serveOps } from './ops-server.ts'

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

const host = path.join(import.meta.dirname, 'index.ts')
const folder = () => mkdtempSync(path.join(os.tmpdir(), 'host-'))

/** A service as small as can be: `body` runs between its opening and its end. */
function scriptOf(body: string, deadlineMs = 60_000): string {
  const file = path.join(folder(), 'main.ts')
  writeFileSync(
    file,
    `import { configOrExit, createHealth, createLog, createMetrics, lifecycle, runMain, serveOps } from ${JSON.stringify(host)}
    await runMain(async () => {
      const config = configOrExit(process.env, process.argv)
      const log = createLog('tiny', config)
      const life = lifecycle(log, { deadlineMs: ${deadlineMs} })
      const health = createHealth()
      ${body}
      log.info('up')
      await life.untilStopped()
    })`,
  )
  return file
}

function start(file: string, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [file], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  let out = ''
  child.stdout.on('data', (piece) => (out += String(piece)))
  child.stderr.on('data', (piece) => (out += String(piece)))
  const says = (words: string) => expect.poll(() => out, { timeout: 20_000 }).toContain(words)
  return { child, says, ended: once(child, 'close').then(([code, signal]) => ({ code, signal, out })) }
}

const thing = (name: string) => `await life.open('${name}', () => 1, () => console.log('closed ${name}'))`

test.each(['SIGTERM', 'SIGINT'] as const)('%s closes in reverse order and exits with 0', async (signal) => {
  const { child, says, ended } = start(scriptOf(`${thing('first')}\n${thing('second')}`))
  await says('up')
  child.kill(signal)
  const { code, out } = await ended
  expect(code).toBe(0)
  expect(out.indexOf('closed second')).toBeGreaterThan(0)
  expect(out.indexOf('closed first')).toBeGreaterThan(out.indexOf('closed second'))
})

test('a thing that never closes is named at the deadline and the process exits with 1', async () => {
  const { child, says, ended } = start(scriptOf(`await life.open('tar', () => 1, () => new Promise(() => {}))`, 300))
  await says('up')
  child.kill('SIGTERM')
  const { code, out } = await ended
  expect(code).toBe(1)
  expect(out).toContain('"open":["tar"]')
})

test('a second signal exits at once', async () => {
  const body = `await life.open('tar', () => 1, () => { console.log('closing'); return new Promise(() => {}) })`
  const { child, says, ended } = start(scriptOf(body))
  await says('up')
  child.kill('SIGTERM')
  await says('closing')
  await new Promise((resolve) => setTimeout(resolve, 400))
  child.kill('SIGTERM')
  expect((await ended).code).toBe(143)
})

test('the same Ctrl+C by two ways is one signal, and closes in order', async () => {
  const body = `await life.open('slow', () => 1, () => new Promise((done) => setTimeout(() => { console.log('closed slow'); done() }, 200)))`
  const { child, says, ended } = start(scriptOf(body))
  await says('up')
  child.kill('SIGINT')
  child.kill('SIGTERM')
  child.kill('SIGINT')
  const { code, out } = await ended
  expect(code).toBe(0)
  expect(out).toContain('closed slow')
})

test('a signal while an opener hangs ends the process with 0', async () => {
  const body = `${thing('first')}
    console.log('opening')
    await life.open('far away', () => new Promise(() => {}))`
  const { child, says, ended } = start(scriptOf(body))
  await says('opening')
  child.kill('SIGTERM')
  const { code, out } = await ended
  expect(code).toBe(0)
  expect(out).toContain('closed first')
})

test('an error nobody caught is one fatal line and exit 1', async () => {
  const { ended } = start(scriptOf(`setTimeout(() => { throw new Error('a broken promise') }, 10)`))
  const { code, out } = await ended
  expect(code).toBe(1)
  expect(out).toMatch(/"level":"fatal".*a broken promise/)
})

test('a forked process ends in order when its parent is killed', async () => {
  const data = folder()
  const child =
    scriptOf(`await life.open('ops', () => serveOps({ data: config.data, service: 'tiny', health, metrics: createMetrics('tiny') }))
    process.send?.('up')`)
  const parent = path.join(folder(), 'parent.mjs')
  writeFileSync(
    parent,
    `import { fork } from 'node:child_process'
    const child = fork(${JSON.stringify(child)}, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    child.on('message', () => process.send(child.pid))`,
  )
  const forked = fork(parent, {
    env: { ...process.env, PARKPULSE_DATA: data },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  started.push(forked)
  const [pid] = (await once(forked, 'message')) as [number]
  expect(await askOps(data, 'tiny', '/health/live', 1_000)).toMatchObject({ status: 200 })
  forked.kill('SIGKILL')
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
  // In order: the socket file is gone, which a killed process would have left behind.
  expect(existsSync(path.join(data, 'run/tiny.sock'))).toBe(false)
})

test('an invalid configuration exits with 2 and names every problem; --check-config exits with 0', async () => {
  const file = scriptOf('')
  const wrong = await start(file, { PARKPULSE_LANG: 'xx', PARKPULSE_MQTT_PORT: 'x' }).ended
  expect(wrong.code).toBe(2)
  expect(wrong.out).toMatch(/PARKPULSE_MQTT_PORT[\s\S]*PARKPULSE_LANG/)
  const child = spawn(process.execPath, [file, '--check-config'], { stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  expect((await once(child, 'close'))[0]).toBe(0)
})

test('ops: ready, not ready, metrics, and nobody there', async () => {
  const data = folder()
  const health = createHealth(['disk'])
  const ops = await serveOps({ data, service: 'api', health, metrics: createMetrics('api') })
  expect(await askOps(data, 'api', '/health/live', 1_000)).toEqual({ status: 200, body: '{"live":true}' })
  expect(await askOps(data, 'api', '/health/ready', 1_000)).toMatchObject({ status: 503 })
  health.report('disk', true, 'room')
  const ready = await askOps(data, 'api', '/health/ready', 1_000)
  expect(ready?.status).toBe(200)
  expect(JSON.parse(ready?.body ?? '')).toEqual({ ready: true, parts: { disk: { ok: true, detail: 'room' } } })
  expect((await askOps(data, 'api', '/metrics', 1_000))?.body).toContain('process_cpu_seconds_total')
  expect(await askOps(data, 'api', '/else', 1_000)).toMatchObject({ status: 404 })
  expect(await askOps(data, 'broker', '/health/live', 1_000)).toBeUndefined()
  await ops.close()
  expect(await askOps(data, 'api', '/health/live', 1_000)).toBeUndefined()
})

test('ops: a path too long for a socket address works all the same', async () => {
  const data = path.join(
    folder(),
    'a folder with quite a long name that goes on and on until it is beyond every limit of it',
  )
  const ops = await serveOps({
    data,
    service: 'ingestion',
    health: createHealth(),
    metrics: createMetrics('ingestion'),
  })
  expect(await askOps(data, 'ingestion', '/health/live', 1_000)).toMatchObject({ status: 200 })
  await ops.close()
})

test('ops: the socket of a killed process is replaced, that of a living one is not', async () => {
  const data = folder()
  const body = `await life.open('ops', () => serveOps({ data: config.data, service: 'tiny', health, metrics: createMetrics('tiny') }))`
  const file = scriptOf(body)
  const first = start(file, { PARKPULSE_DATA: data })
  await first.says('up')
  const second = await start(file, { PARKPULSE_DATA: data }).ended
  expect(second.code).toBe(1)
  expect(second.out).toContain('another process already serves')
  first.child.kill('SIGKILL')
  await first.ended
  expect(existsSync(path.join(data, 'run/tiny.sock'))).toBe(true)
  const third = start(file, { PARKPULSE_DATA: data })
  await third.says('up')
  expect(await askOps(data, 'tiny', '/health/live', 1_000)).toMatchObject({ status: 200 })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
