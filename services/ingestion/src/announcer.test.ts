import type { IngestBatch } from '@parkpulse/store'
import { describe, expect, it } from 'vitest'
import { createAnnouncer } from './announcer.ts'
import { directoryOf } from './directory.ts'
import { practiceSite, RECEIVED_AT } from './practice-site.ts'

const directory = directoryOf(practiceSite())
const practise = (isThere = true) => {
  const told: [topic: string, words: unknown][] = []
  const drops = { count: 0 }
  const announcer = createAnnouncer({
    publish: (topic, text) => {
      if (isThere) told.push([topic, JSON.parse(text)])
      return isThere
    },
    dropped: (messages) => void (drops.count += messages),
  })
  return { announcer, told, drops }
}
const accepted = (place: string, count: number): IngestBatch['accepted'][number] => ({
  place,
  receivedAt: RECEIVED_AT,
  readings: Array.from({ length: count }, (_, n) => ({ registerId: 1, at: RECEIVED_AT + n, value: n, position: 8 })),
})
const batch = (change: Partial<IngestBatch>): IngestBatch => ({
  upTo: 8,
  receivedAt: RECEIVED_AT,
  accepted: [],
  rejections: [],
  refusals: [],
  replayed: [],
  ...change,
})
const refusal = { position: 8, receivedAt: RECEIVED_AT, topic: 't', place: 'p/s/a', check: 'negative', detail: 'd' }
const rejection = {
  position: 16,
  receivedAt: RECEIVED_AT,
  principal: 'x',
  topic: 't',
  place: 'p/s',
  reason: 'unknown-meter',
  detail: 'd',
  values: 1,
  replayable: true,
  payload: new Uint8Array(),
}

describe('the announcer', () => {
  it('says once a tick what a site had accepted, in base units', () => {
    const { announcer, told } = practise()
    announcer.hear(batch({ accepted: [accepted('p/s/a', 1), accepted('p/s/b', 1)] }))
    expect(told).toEqual([])
    announcer.speak(directory)
    announcer.speak(directory)
    const words = {
      meter: 'a',
      quantity: 'active_energy_import_kwh',
      at: '2026-11-22T01:00:30.000Z',
      value: 0,
      unit: 'Wh',
    }
    expect(told).toEqual([['parkpulse/v1/p/s/accepted', { count: 2, readings: [words, words] }]])
  })

  it('gives only the number of what is too much, over several batches too', () => {
    const { announcer, told } = practise()
    announcer.hear(batch({ accepted: [accepted('p/s/a', 60)] }))
    announcer.hear(batch({ accepted: [accepted('p/s/a', 60), accepted('p/s/a', 1)] }))
    announcer.speak(directory)
    expect(told).toEqual([['parkpulse/v1/p/s/accepted', { truncated: true, count: 121 }]])
  })

  it('says why something was not taken', () => {
    const { announcer, told } = practise()
    announcer.hear(batch({ rejections: [rejection, { ...rejection, place: '-' }], refusals: [refusal] }))
    announcer.speak(directory)
    const receivedAt = '2026-11-22T01:00:30.000Z'
    expect(told).toEqual([
      [
        'parkpulse/v1/p/s/rejected',
        { reason: 'unknown-meter', detail: 'd', topic: 't', position: 16, receivedAt, waiting: true },
      ],
      ['parkpulse/v1/p/s/rejected', { check: 'negative', detail: 'd', topic: 't', position: 8, receivedAt }],
    ])
  })

  it('is not drawn into a storm', () => {
    const { announcer, told, drops } = practise()
    announcer.hear(batch({ refusals: Array.from({ length: 1_000 }, () => refusal) }))
    announcer.hear(batch({ accepted: Array.from({ length: 20_000 }, (_, n) => accepted(`p/s-${n}/a`, 1)) }))
    announcer.speak(directory)
    expect(told).toHaveLength(10 + 49)
    expect(drops.count).toBe(990)
    announcer.speak(directory)
    expect(told).toHaveLength(10 + 49 + 50)
  })

  it('drops and counts what the broker does not take', () => {
    const { announcer, drops } = practise(false)
    announcer.hear(batch({ accepted: [accepted('p/s/a', 1)], refusals: [refusal] }))
    announcer.speak(directory)
    expect(drops.count).toBe(2)
  })
})
