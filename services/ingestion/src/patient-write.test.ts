import type { BatchOutcome, IngestBatch } from '@parkpulse/store'
import { describe, expect, it } from 'vitest'
import { patiently } from './patient-write.ts'
import { quietLog } from './practice-site.ts'

const batch: IngestBatch = { upTo: 8, receivedAt: 1, accepted: [], rejections: [], refusals: [], replayed: [] }
const outcome: BatchOutcome = { stored: 1, repeated: 0, conflicting: 0 }
const failing = (code: string, times: number) => {
  const reports: boolean[] = []
  const stop = new AbortController()
  let attempts = 0
  const write = patiently({
    write: () => {
      attempts += 1
      return attempts <= times ? Promise.reject(Object.assign(new Error(code), { code })) : Promise.resolve(outcome)
    },
    report: (ok) => void reports.push(ok),
    log: quietLog,
    signal: stop.signal,
  })
  return { write, reports, stop, attempts: () => attempts }
}

describe('patiently', () => {
  it.each(['SQLITE_FULL', 'SQLITE_BUSY', 'SQLITE_IOERR', 'ECONNREFUSED'])(
    'waits while the store says %s',
    async (code) => {
      const { write, reports, attempts } = failing(code, 2)
      await expect(write(batch)).resolves.toEqual(outcome)
      expect([attempts(), reports]).toEqual([3, [false, false, true]])
    },
  )

  it.each(['STORE_BAD_INPUT', 'STORE_NOT_WAITING', 'STORE_WORKER_DIED'])(
    'does not try again after %s',
    async (code) => {
      const { write, attempts } = failing(code, 9)
      await expect(write(batch)).rejects.toThrow(code)
      expect(attempts()).toBe(1)
    },
  )

  it('stops waiting when it is told to', async () => {
    const { write, stop } = failing('SQLITE_FULL', Infinity)
    const writing = write(batch)
    stop.abort()
    await expect(writing).rejects.toThrow()
  })
})
