import { expect, test } from 'vitest'
import { createLog } from './log.ts'

function linesOf(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const lines: string[] = []
  write(createLog('tiny', { logLevel: 'info' }, { write: (line) => void lines.push(line) }))
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

test('a line says who, when, how grave and what, in words', () => {
  const [line] = linesOf((log) => log.warn({ site: 'factory-01' }, 'speaking → silent'))
  expect(line).toMatchObject({ service: 'tiny', level: 'warn', site: 'factory-01', msg: 'speaking → silent' })
  expect(line?.['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('secrets are left out, lines below the level too', () => {
  const lines = linesOf((log) => {
    log.info({ password: 'p1', connect: { token: 't1', username: 'u' } }, 'connected')
    log.debug('not at this level')
  })
  expect(lines).toHaveLength(1)
  expect(JSON.stringify(lines)).not.toMatch(/p1|t1/)
  expect(JSON.stringify(lines)).toContain('"username":"u"')
})
