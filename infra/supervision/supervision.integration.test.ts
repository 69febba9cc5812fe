// Supervision with real processes: crashes, back-off, order of stopping, deadlines, orphans, and start.ts' own refusals.

import { type ChildProcess, execFile, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { createLog, systemClock } from '@parkpulse/host'
import { afterEach, expect, test } from 'vitest'
import { supervise, type Supervised } from './supervise.ts'

const open: Supervised[] = []
const processes: ChildProcess[] = []
afterEach(async () => {
  for (const supervised of open.splice(0)) await supervised.close()
  for (const child of processes.splice(0)) child.kill('SIGKILL')
})

const folder = () => mkdtempSync(path.join(os.tmpdir(), 'supervision '))
const start = path.join(import.meta.dirname, '../start.ts')

function scriptOf(body: string): string {
  const file = path.join(folder(), 'main.mjs')
  writeFileSync(file, body)
  return file
}

/** Runs `body` as a service; `entries` is what the supervisor logged, `lines` what the service wrote. */
function superviseScript(body: string, stopMs?: number) {
  const lines: string[] = []
  const entries: { msg: string; of: string; inMs?: number }[] = []
  const sink = { write: (line: string) => void entries.push(JSON.parse(line) as (typeof entries)[number]) }
  const supervised = supervise({
    service: { name: 'tiny', script: scriptOf(body), args: ['--some'] },
    env: process.env,
    log: createLog('start', { logLevel: 'info' }, sink),
    clock: systemClock,
    onLine: (_, line) => void lines.push(line),
    ...(stopMs === undefined ? {} : { stopMs }),
  })
  open.push(supervised)
  return { supervised, lines, entries }
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('a service that crashes is started again, later each time, and its words are passed on', async () => {
  const { lines, entries } = superviseScript(
    `console.log('up ' + process.argv[2]); console.error('oh'); process.exit(7)`,
  )
  await expect.poll(() => entries.length, { timeout: 20_000 }).toBe(3)
  expect(entries.map((entry) => entry.inMs)).toEqual([500, 1_000, 2_000])
  expect(entries[0]).toMatchObject({ of: 'tiny', msg: 'running → ended (exit code 7); starts again in 0.5 s' })
  expect(lines.filter((line) => line === 'up --some')).toHaveLength(3)
  expect(lines.filter((line) => line === 'oh')).toHaveLength(3)
})

test('a killed service comes back, as another process', async () => {
  const { lines } = superviseScript(`console.log(process.pid); setInterval(() => {}, 1000)`)
  await expect.poll(() => lines.length, { timeout: 10_000 }).toBe(1)
  process.kill(Number(lines[0]), 'SIGKILL')
  await expect.poll(() => lines.length, { timeout: 10_000 }).toBe(2)
  expect(lines[1]).not.toBe(lines[0])
})

test('a configuration that is not valid is not tried again', async () => {
  const { lines, entries } = superviseScript(`console.log('up'); process.exit(2)`)
  await expect
    .poll(() => entries.map((entry) => entry.msg), { timeout: 10_000 })
    .toEqual(['running → given up: it says that its configuration is not valid'])
  expect(lines).toEqual(['up'])
})

test('stopping: SIGTERM first, SIGKILL at the deadline', async () => {
  const polite = superviseScript(
    `process.on('SIGTERM', () => { console.log('bye'); process.exit() }); console.log('up'); setInterval(() => {}, 1000)`,
  )
  await expect.poll(() => polite.lines).toEqual(['up'])
  await polite.supervised.close()
  expect(polite.lines).toEqual(['up', 'bye'])
  const deaf = superviseScript(
    `process.on('SIGTERM', () => {}); console.log(process.pid); setInterval(() => {}, 1000)`,
    200,
  )
  await expect.poll(() => deaf.lines.length).toBe(1)
  await deaf.supervised.close()
  expect(alive(Number(deaf.lines[0]))).toBe(false)
  expect(deaf.entries.at(-1)?.msg).toContain('is killed')
})

test('stopping while waiting for the next start does not wait', async () => {
  const { supervised, entries } = superviseScript(`process.exit(1)`)
  await expect.poll(() => entries.length, { timeout: 10_000 }).toBe(3)
  await supervised.close()
  expect(entries).toHaveLength(3)
})

test('when the supervisor is killed, its services end too', async () => {
  const host = path.join(import.meta.dirname, '../../packages/host/src/index.ts')
  const pidFile = path.join(folder(), 'pid')
  const service = scriptOf(
    `import { writeFileSync } from 'node:fs'
    import { createLog, lifecycle, runMain } from ${JSON.stringify(host)}
    await runMain(async () => {
      const life = lifecycle(createLog('tiny', { logLevel: 'error' }))
      writeFileSync(${JSON.stringify(pidFile)}, String(process.pid))
      await life.untilStopped()
    })`,
  )
  const supervisor = scriptOf(
    `import { createLog, systemClock } from ${JSON.stringify(host)}
    import { supervise } from ${JSON.stringify(path.join(import.meta.dirname, 'supervise.ts'))}
    supervise({
      service: { name: 'tiny', script: ${JSON.stringify(service)}, args: [] },
      env: process.env,
      log: createLog('start', { logLevel: 'error' }),
      clock: systemClock,
      onLine: () => {},
    })`,
  )
  const child = fork(supervisor, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  processes.push(child)
  await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '', { timeout: 10_000 }).toBe(true)
  const pid = Number(readFileSync(pidFile, 'utf8'))
  expect(alive(pid)).toBe(true)
  child.kill('SIGKILL')
  await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false)
})

test('start.ts says in one sentence which port is taken', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const child = spawn(process.execPath, [start], {
    env: {
      ...process.env,
      PARKPULSE_DATA: folder(),
      PARKPULSE_MQTT_HOST: '127.0.0.1',
      PARKPULSE_MQTT_PORT: String(port),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  processes.push(child)
  let said = ''
  child.stderr.on('data', (piece) => (said += String(piece)))
  expect((await once(child, 'close'))[0]).toBe(1)
  expect(said.trim().split('\n')).toHaveLength(1)
  expect(said).toContain(`Port ${port} is taken by another program; choose another with PARKPULSE_MQTT_PORT`)
  taken.close()
})

test('start.ts --check-config prints the settings and starts nothing', async () => {
  const data = path.join(folder(), 'data')
  const env = { ...process.env, PARKPULSE_DATA: data }
  const out = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, [start, '--check-config'], { env }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    )
  })
  expect(out).toContain(`PARKPULSE_DATA=${data}`)
  expect(existsSync(data)).toBe(false)
})
