import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Config, createHealth, createMetrics, readConfig, serveOps } from '@parkpulse/host'
import { openJournal } from '@parkpulse/journal'
import { expect, test } from 'vitest'
import { readReplayOptions } from './options.ts'
import { whyNotReplay } from './refusal.ts'

function configOf(): Config {
  const outcome = readConfig({ PARKPULSE_DATA: mkdtempSync(path.join(os.tmpdir(), 'replay ')) })
  if (outcome.kind === 'invalid') throw new Error(outcome.problems.join('; '))
  return outcome.config
}

/** A journal of many small segments. */
async function writeJournal({ data }: Config): Promise<string> {
  const folder = path.join(data, 'journal')
  const journal = await openJournal({ folder, now: () => 1_700_000_000_000, segmentBytes: 4_096 })
  for (let i = 0; i < 20; i += 1) {
    const payload = Buffer.alloc(1_000, i)
    await journal.append({ receivedAt: 1_700_000_000_000 + i, principal: 'p', topic: 't', payload })
  }
  await journal.close()
  return folder
}

test('without a journal there is nothing to replay', async () => {
  expect(await whyNotReplay(configOf(), false)).toContain('There is no journal')
})

test('a whole journal and a house at rest: nothing is in the way', async () => {
  const config = configOf()
  await writeJournal(config)
  expect(await whyNotReplay(config, false)).toBeUndefined()
})

test('while a service runs, it is named', async () => {
  const config = configOf()
  await writeJournal(config)
  const ops = await serveOps({
    data: config.data,
    service: 'broker',
    health: createHealth(),
    metrics: createMetrics('broker'),
  })
  expect(await whyNotReplay(config, true)).toContain('Stop ParkPulse first: broker')
  await ops.close()
  expect(await whyNotReplay(config, false)).toBeUndefined()
})

test('a journal that has lost its start is only replayed when that is asked for', async () => {
  const config = configOf()
  const folder = await writeJournal(config)
  const oldest = readdirSync(folder)
    .filter((name) => /^\d+/.test(name))
    .sort()[0] as string
  rmSync(path.join(folder, oldest))
  expect(await whyNotReplay(config, false)).toMatch(/begins at position [1-9]\d*: retention has taken its start/)
  expect(await whyNotReplay(config, true)).toBeUndefined()
})

test.each([
  [[], { partial: false, keep: false }],
  [['--keep', '--partial'], { partial: true, keep: true }],
  [['--help'], undefined],
  [['--kep'], undefined],
])('options %j', (argv, expected) => {
  expect(readReplayOptions(argv)).toEqual(expected)
})
