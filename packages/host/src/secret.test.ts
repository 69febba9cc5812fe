import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { readOrCreateSecret } from './secret.ts'

const folder = () => mkdtempSync(path.join(os.tmpdir(), 'host-secret-'))

test('made once, with its folder, readable by its owner only, and the same ever after', () => {
  const file = path.join(folder(), 'deep/admin.key')
  const secret = readOrCreateSecret(file)
  expect(secret).toMatch(/^[\w-]{43}$/)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readOrCreateSecret(file)).toBe(secret)
  expect(readdirSync(path.dirname(file))).toEqual(['admin.key'])
})

test.each([
  ['empty', ''],
  ['short', 'secret'],
  ['two lines', `${'a'.repeat(40)}\n${'b'.repeat(40)}`],
])('a file that is %s is an error, not replaced', (_, content) => {
  const file = path.join(folder(), 'service.key')
  writeFileSync(file, content)
  expect(() => readOrCreateSecret(file)).toThrow(/does not hold a secret/)
})

test('processes that race for it get the same one', async () => {
  const file = path.join(folder(), 'service.key')
  const script = `const { readOrCreateSecret } = await import(process.argv[1])
    process.stdout.write(readOrCreateSecret(process.argv[2]))`
  const run = () =>
    promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      script,
      path.join(import.meta.dirname, 'secret.ts'),
      file,
    ])
  const found = await Promise.all(Array.from({ length: 6 }, run))
  expect(new Set(found.map((one) => one.stdout)).size).toBe(1)
  expect(found[0]?.stdout).toBe(readOrCreateSecret(file))
})
