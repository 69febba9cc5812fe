import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { messageOf, newFolder, numberOf, openHere, plain, readAll } from './proving.ts'
import { openReader } from './reader.ts'

const KILLS = 20
const CHILD = path.join(import.meta.dirname, 'writer.child.ts')

type Writer = { child: ChildProcessByStdio<null, Readable, null>; acknowledged: number[] }

function startWriter(folder: string, first: number, segmentBytes: number): Writer {
  const child = spawn(process.execPath, [CHILD, folder, String(first), String(segmentBytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const acknowledged: number[] = []
  let rest = ''
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    acknowledged.push(...lines.map(Number))
  })
  return { child, acknowledged }
}

async function untilAcknowledged(writer: Writer, count: number): Promise<void> {
  while (writer.acknowledged.length < count) await once(writer.child.stdout, 'data')
}

async function kill({ child }: Writer): Promise<void> {
  const gone = once(child, 'close')
  child.kill('SIGKILL')
  await gone
}

describe(`a writer killed ${KILLS} times with SIGKILL`, () => {
  test('everything acknowledged is there, once, in order, also for a reader that was there all the time', async () => {
    const folder = await newFolder()
    const acknowledged: number[] = []
    const seen: number[] = []
    const reader = await openReader({ folder, from: 0 })
    let first = 0
    for (let killed = 0; killed < KILLS; killed += 1) {
      // Segments of 8 to 160 KiB: kills fall into rolls and compressions too.
      const writer = startWriter(folder, first, 8192 + killed * 8192)
      await untilAcknowledged(writer, 20 + ((killed * 137) % 900))
      await kill(writer)
      acknowledged.push(...writer.acknowledged)
      first = 1 + Math.max(...acknowledged) + 10_000
      const page = await reader.read({ entries: 500, bytes: 1e6 }, 0)
      seen.push(...page.entries.map(numberOf))
      expect(page.damaged).toEqual([])
    }
    await (await openHere(folder)).close()
    const { entries, damaged } = await readAll(folder)
    const numbers = entries.map(numberOf)
    expect(damaged).toEqual([])
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
    const there = new Set(numbers)
    expect(acknowledged.filter((i) => !there.has(i))).toEqual([])
    expect(acknowledged.length).toBeGreaterThan(KILLS * 20)
    for (const entry of entries) {
      const i = numberOf(entry)
      expect(plain(entry)).toEqual(plain(messageOf(i, 50 + (i % 200))))
    }
    expect(seen).toEqual(numbers.slice(0, seen.length))
    for (;;) {
      const page = await reader.read({ entries: 5000, bytes: 1e7 }, 0)
      if (page.entries.length === 0) break
      seen.push(...page.entries.map(numberOf))
    }
    expect(seen).toEqual(numbers)
    await reader.close()
    const names = await readdir(folder)
    expect(names.filter((name) => name.endsWith('.zst')).length).toBeGreaterThan(0)
  })

  test('the lock goes with the process', async () => {
    const folder = await newFolder()
    const writer = startWriter(folder, 0, 65_536)
    await untilAcknowledged(writer, 1)
    await expect(openHere(folder)).rejects.toThrow(`pid ${writer.child.pid}`)
    await kill(writer)
    const journal = await openHere(folder)
    await journal.close()
  })
})
