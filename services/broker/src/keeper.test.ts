import { createLog, createMetrics, steadyClock } from '@parkpulse/host'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createCounters } from './counters.ts'
import { createKeeper, type Keeper } from './keeper.ts'
import { COMMIT_WATCH_MS } from './limits.ts'
import { createFakeJournal } from './rig.ts'

const message = { receivedAt: 0, principal: 'u', topic: 't', payload: Buffer.from('x') }
const reports: string[] = []
let journal: ReturnType<typeof createFakeJournal>
let keeper: Keeper

beforeEach(() => {
  vi.useFakeTimers()
  journal = createFakeJournal()
  reports.length = 0
  keeper = createKeeper({
    append: (one) => journal.append(one),
    writable: () => journal.writable(),
    log: createLog('test', { logLevel: 'error' }).child({}, { level: 'silent' }),
    steady: steadyClock,
    counters: createCounters(createMetrics('test')),
    report: (_ok, detail) => void reports.push(detail),
  })
})
afterEach(() => {
  keeper.close()
  vi.useRealTimers()
})

const keep = () =>
  new Promise<string>((resolve) => keeper.keep(message, 1, (error) => resolve(error?.message ?? 'kept')))

test('a backlog that comes and goes is one transition, not one per message', async () => {
  for (let i = 0; i < 50; i++) {
    journal.refuse('backlog')
    expect(await keep()).toBe('not kept: backlog')
    journal.release()
    expect(await keep()).toBe('kept')
  }
  vi.advanceTimersByTime(COMMIT_WATCH_MS)
  expect(reports).toEqual(['keeping', 'refused: backlog'])
  vi.advanceTimersByTime(COMMIT_WATCH_MS)
  expect(reports).toEqual(['keeping', 'refused: backlog', 'keeping'])
})

test('without any message, the journal says when it is well again', async () => {
  journal.refuse('disk-full')
  await keep()
  vi.advanceTimersByTime(COMMIT_WATCH_MS * 10)
  expect(reports.at(-1)).toBe('refused: disk-full')
  journal.release()
  vi.advanceTimersByTime(COMMIT_WATCH_MS)
  expect(reports.at(-1)).toBe('keeping')
})

test('an error without a reason is a failure', async () => {
  const failing = createKeeper({
    append: () => Promise.reject(new Error('EIO')),
    writable: () => false,
    log: createLog('test', { logLevel: 'error' }).child({}, { level: 'silent' }),
    steady: steadyClock,
    counters: createCounters(createMetrics('test')),
    report: (_ok, detail) => void reports.push(detail),
  })
  const said = await new Promise((resolve) => failing.keep(message, 1, (error) => resolve(error?.message)))
  failing.close()
  expect([said, reports.at(-1)]).toEqual(['not kept: failed', 'refused: failed'])
})
