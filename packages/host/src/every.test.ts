import { setTimeout as pause } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { captureLog } from './captured-log.ts'
import { every } from './every.ts'
import { createMetrics } from './metrics.ts'

const { log: quiet } = captureLog()

test('ticks come at once, again and again, and never overlap', async () => {
  let running = 0
  let most = 0
  let count = 0
  const ticks = every({
    ms: 1,
    log: quiet,
    name: 'count',
    run: async () => {
      running += 1
      most = Math.max(most, running)
      await pause(2)
      running -= 1
      count += 1
    },
  })
  expect(running).toBe(1)
  ticks.wake()
  await vi.waitFor(() => expect(count).toBeGreaterThan(4))
  await ticks.close()
  expect(most).toBe(1)
})

test('wake brings the next tick forward; during a tick it asks for one more right after', async () => {
  let count = 0
  const gate = Promise.withResolvers<void>()
  const ticks = every({
    ms: 3_600_000,
    log: quiet,
    name: 'hourly',
    run: async () => {
      count += 1
      await gate.promise
    },
  })
  expect(count).toBe(1)
  ticks.wake()
  gate.resolve()
  await vi.waitFor(() => expect(count).toBe(2))
  await pause(5)
  ticks.wake()
  await vi.waitFor(() => expect(count).toBe(3))
  await pause(20)
  expect(count).toBe(3)
  await ticks.close()
})

test('close waits for the tick under way and no other comes after it', async () => {
  const gate = Promise.withResolvers<void>()
  let ended = 0
  const ticks = every({
    ms: 1,
    log: quiet,
    name: 'slow',
    run: async () => {
      await gate.promise
      ended += 1
    },
  })
  const closing = ticks.close()
  ticks.wake()
  setTimeout(gate.resolve, 10)
  await closing
  expect(ended).toBe(1)
  await pause(20)
  expect(ended).toBe(1)
})

test('a failing tick is tried again, counted each time, logged once per reason, and its recovery is logged', async () => {
  const { log, lines } = captureLog()
  const metrics = createMetrics('test')
  const failures = metrics.counter('tick_failures_total', 'Failed ticks.', ['tick'])
  let count = 0
  const ticks = every({
    ms: 1,
    log,
    name: 'write',
    failures,
    run: () => {
      count += 1
      if (count <= 3) throw new Error('disk full')
      if (count === 4) throw new Error('disk gone')
    },
  })
  await vi.waitFor(() => expect(count).toBeGreaterThan(6))
  await ticks.close()
  expect(lines.map((line) => line.msg)).toEqual([
    'write fails and will be tried again: disk full',
    'write fails and will be tried again: disk gone',
    'write works again after 4 failures',
  ])
  expect(await metrics.text()).toContain('parkpulse_test_tick_failures_total{tick="write",service="test"} 4')
})
