import { expect, test } from 'vitest'
import { captureLog } from './captured-log.ts'
import { lifecycle, StoppedWhileOpening } from './lifecycle.ts'

function scene() {
  const { log, lines } = captureLog()
  const life = lifecycle(log)
  const events: string[] = []
  const thing = (name: string) => () => {
    events.push(`open ${name}`)
    return { close: () => void events.push(`close ${name}`) }
  }
  return { life, lines, events, thing }
}

test('what was opened last is closed first', async () => {
  const { life, lines, events, thing } = scene()
  await life.open('a', thing('a'))
  await life.open('b', async () => thing('b')())
  await life.open(
    'c',
    () => 42,
    (value) => void events.push(`close ${value}`),
  )
  await life.open('without close', () => ({ plain: true }))
  life.stop('the test says so')
  await life.untilStopped()
  expect(events).toEqual(['open a', 'open b', 'close 42', 'close b', 'close a'])
  expect(lines.map((line) => line.msg)).toEqual(['running → stopping: the test says so', 'stopping → stopped'])
})

test('an opener that fails closes what stands already and passes the error on', async () => {
  const { life, events, thing } = scene()
  await life.open('a', thing('a'))
  const failing = life.open('b', () => Promise.reject(new Error('port taken')))
  await expect(failing).rejects.toThrow('port taken')
  expect(events).toEqual(['open a', 'close a'])
})

test('a stop in the middle of opening closes what stands, and the late comer when it comes', async () => {
  const { life, events, thing } = scene()
  await life.open('a', thing('a'))
  const gate = Promise.withResolvers<void>()
  const opening = life.open('slow', async () => {
    await gate.promise
    return thing('slow')()
  })
  life.stop('changed our mind')
  await expect(opening).rejects.toThrow(StoppedWhileOpening)
  expect(events).toEqual(['open a', 'close a'])
  gate.resolve()
  await expect.poll(() => events).toEqual(['open a', 'close a', 'open slow', 'close slow'])
})

test('a thing that fails to close does not keep the others from closing', async () => {
  const { life, lines, events, thing } = scene()
  await life.open('a', thing('a'))
  await life.open('b', () => ({ close: () => Promise.reject(new Error('stuck')) }))
  life.stop('done')
  await life.untilStopped()
  expect(events).toEqual(['open a', 'close a'])
  expect(lines.map((line) => line.msg)).toContain('b did not close properly')
  expect(process.exitCode).toBe(1)
  process.exitCode = 0
})
