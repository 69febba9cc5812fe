import type { Client, ConnectPacket, PublishPacket } from 'aedes'
import { createLog } from '@parkpulse/host'
import { expect, test } from 'vitest'
import { fitHooks, type Hooks } from './hooks.ts'
import { createVisitors, type Visitor } from './visitors.ts'

const broken = (): never => {
  throw new Error('a bug')
}
const log = createLog('test', { logLevel: 'error' }).child({}, { level: 'silent' })
const hooks: Hooks = {
  connect: broken,
  authenticate: () => Promise.reject(new Error('a bug')),
  publish: broken,
  subscribe: broken,
  unsubscribed: broken,
  mayForward: () => true,
}
const client = {} as Client
const of = () => ({}) as Visitor

test('an exception in a hook refuses, and goes no further', async () => {
  const fitted = fitHooks(hooks, of, log)
  expect(await connect(fitted)).toBe(3)
  expect(await connect(fitHooks({ ...hooks, connect: () => undefined }, of, log))).toBe(3)
  const published = await new Promise((resolve) => fitted.authorizePublish(client, {} as PublishPacket, resolve))
  expect(published).toEqual(new Error('a bug'))
  const subscribed = await new Promise((resolve) =>
    fitted.authorizeSubscribe(client, { topic: 't', qos: 0 }, (error) => resolve(error)),
  )
  expect(subscribed).toEqual(new Error('filter denied'))
})

test('a client that did not come through our door gets nowhere', async () => {
  const visitors = createVisitors()
  const fitted = fitHooks(hooks, (one) => visitors.of(one), log)
  for (const stranger of [client, null]) {
    const answer = new Promise((resolve) => fitted.authorizePublish(stranger, {} as PublishPacket, resolve))
    expect(await answer).toMatchObject({ message: 'a client that did not come through the door' })
  }
  expect(await connect(fitted)).toBe(3)
})

/** The return code of a CONNECT, as aedes goes through the two hooks. */
function connect(fitted: ReturnType<typeof fitHooks>): Promise<number | undefined> {
  return new Promise((resolve) =>
    fitted.preConnect(client, {} as ConnectPacket, () =>
      fitted.authenticate(client, undefined, undefined, (error) => resolve(error?.returnCode)),
    ),
  )
}
