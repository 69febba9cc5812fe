import type { ConnectPacket } from 'aedes'
import { describe, expect, test } from 'vitest'
import { connectRefusal, tame } from './connect.ts'
import { KEEP_ALIVE_S_INSTEAD_OF_NEVER, KEEP_ALIVE_S_MIN } from './limits.ts'
import { packetProblem } from './packet.ts'

const connect = (changes: Partial<Record<keyof ConnectPacket, unknown>>): ConnectPacket => {
  const usual = {
    cmd: 'connect',
    clientId: 'c',
    protocolVersion: 4,
    clean: true,
    keepalive: 60,
    username: 'u',
    password: Buffer.from('p'),
  }
  const packet = { ...usual, ...changes }
  return Object.fromEntries(
    Object.entries(packet).filter(([, value]) => value !== undefined),
  ) as unknown as ConnectPacket
}

describe('CONNECT', () => {
  test.each<readonly [string, Parameters<typeof connect>[0], readonly [number, string] | undefined]>([
    ['as usual', {}, undefined],
    ['MQTT 3.1', { protocolVersion: 3 }, undefined],
    ['MQTT 5', { protocolVersion: 5 }, [1, 'protocol level 5 not supported']],
    ['an empty client id, clean', { clientId: '' }, undefined],
    ['an empty client id, not clean', { clientId: '', clean: false }, [2, 'empty client id']],
    ['an empty client id in MQTT 3.1', { clientId: '', protocolVersion: 3 }, [2, 'empty client id']],
    ['24 characters in MQTT 3.1', { clientId: 'c'.repeat(24), protocolVersion: 3 }, [2, 'client id too long']],
    ['129 characters', { clientId: 'c'.repeat(129) }, [2, 'client id too long']],
    ['U+0000 in the client id', { clientId: 'a\u0000' }, [2, 'malformed client id']],
    ['no credentials', { username: undefined, password: undefined }, [4, 'no credentials']],
    ['no password', { password: undefined }, [4, 'no credentials']],
    ['password without user name', { username: undefined }, [4, 'password without user name']],
    ['a long password', { password: Buffer.alloc(257) }, [4, 'credentials too long']],
    ['U+FFFD in the user name', { username: '\uFFFD' }, [4, 'malformed user name']],
    ['will with QoS 3', { will: { topic: 't', payload: '', qos: 3 } }, [5, 'will with QoS 3']],
  ])('%s', (_name, changes, expected) => {
    const refusal = connectRefusal(connect(changes))
    expect(refusal && [refusal.returnCode, refusal.reason]).toEqual(expected)
  })

  test.each([
    [undefined, KEEP_ALIVE_S_INSTEAD_OF_NEVER],
    [0, KEEP_ALIVE_S_INSTEAD_OF_NEVER],
    [1, KEEP_ALIVE_S_MIN],
    [60, 60],
    [65_535, 65_535],
  ])('keep-alive %j becomes %j', (keepalive, expected) => {
    const packet = connect({ keepalive })
    tame(packet)
    expect(packet.keepalive).toBe(expected)
  })

  test('no session outlives its connection, and client ids belong to user names', () => {
    const [mine, yours, nameless] = [connect({ clean: false }), connect({ username: 'v' }), connect({ clientId: '' })]
    for (const packet of [mine, yours, nameless]) tame(packet)
    expect([mine.clean, mine.clientId, yours.clientId]).toEqual([true, 'u/c', 'v/c'])
    expect(nameless.clientId).toMatch(/^u\/[0-9a-f-]{36}$/)
  })
})

describe('PUBLISH', () => {
  const topic = 'parkpulse/v1/p/s/readings'
  const base = { cmd: 'publish', dup: false, retain: false, topic, payload: Buffer.from('{}') } as const
  test.each([
    ['QoS 0', { qos: 0, length: 2 + topic.length + 2 }, undefined],
    ['QoS 1', { qos: 1, messageId: 1, length: 2 + topic.length + 2 + 2 }, undefined],
    ['id 0', { qos: 1, messageId: 0, length: 2 + topic.length + 2 + 2 }, 'packet id 0'],
    ['no id', { qos: 1, messageId: -1, length: 2 + topic.length }, 'packet id 0'],
    [
      'an id taken from the next packet',
      { qos: 1, messageId: 12_802, length: 2 + topic.length + 2 },
      'malformed packet',
    ],
  ] as const)('%s', (_name, changes, problem) => {
    expect(packetProblem({ ...base, ...changes })).toBe(problem)
  })
})
