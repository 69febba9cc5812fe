import { expect, test } from 'vitest'
import { createHealth } from './health.ts'

test('ready only while every part that spoke or was expected is well', () => {
  const health = createHealth(['journal'])
  expect(health.status()).toEqual({ ready: false, parts: { journal: { ok: false, detail: 'has not reported yet' } } })
  health.report('journal', true, 'open')
  expect(health.status().ready).toBe(true)
  health.report('disk', false, 'full')
  expect(health.status()).toEqual({
    ready: false,
    parts: { journal: { ok: true, detail: 'open' }, disk: { ok: false, detail: 'full' } },
  })
  health.report('disk', true, '12 GB free')
  expect(health.status().ready).toBe(true)
})

test('nothing to report is nothing to complain about', () => {
  expect(createHealth().status()).toEqual({ ready: true, parts: {} })
})
