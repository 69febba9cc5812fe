import { mkdtempSync, symlinkSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { opsSocketPath, prepareSocketFolder } from './ops-socket.ts'

test('short paths lie in the data folder', () => {
  expect(opsSocketPath('/srv/park data', 'broker')).toBe('/srv/park data/run/broker.sock')
})

test('long paths fall back to a short folder, the same one every time and another one per installation', () => {
  const long = `/srv/${'đ'.repeat(50)}`
  const socket = opsSocketPath(long, 'aggregation')
  expect(socket).toMatch(/parkpulse-[0-9a-f]{16}\/aggregation\.sock$/)
  expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(107)
  expect(opsSocketPath(long, 'aggregation')).toBe(socket)
  expect(path.dirname(opsSocketPath(`${long}x`, 'aggregation'))).not.toBe(path.dirname(socket))
})

test('the limit is counted in bytes, the last path that fits is used as it is', () => {
  const fits = `/${'d'.repeat(107 - '/'.length - '/run/api.sock'.length)}`
  expect(opsSocketPath(fits, 'api')).toBe(`${fits}/run/api.sock`)
  expect(opsSocketPath(`${fits}d`, 'api')).toContain('parkpulse-')
})

test('a link in place of the folder is refused', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'host-trap-'))
  symlinkSync('/etc', path.join(folder, 'run'))
  expect(() => prepareSocketFolder(path.join(folder, 'run/api.sock'))).toThrow(/not a folder of ours/)
})
