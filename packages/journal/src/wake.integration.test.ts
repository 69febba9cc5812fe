import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { messageOf, newFolder, openHere } from './proving.ts'

const CHILD = path.join(import.meta.dirname, 'reader.child.ts')

test('a reader in another process wakes by the watch: its poll is a minute away', { timeout: 20_000 }, async () => {
  const folder = await newFolder()
  const journal = await openHere(folder)
  const child = spawn(process.execPath, [CHILD, folder, '60000'], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout.setEncoding('latin1').on('data', (text: string) => (output += text))
  const until = async (line: string): Promise<void> => {
    while (!output.includes(`${line}\n`)) await once(child.stdout, 'data')
  }
  await until('ready')
  // The first one may still meet a reader that has not gone to sleep; the others find it waiting.
  for (let i = 0; i < 20; i += 1) {
    await journal.append(messageOf(1000 + i))
    await until(String(1000 + i))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  expect(output.trim().split('\n')).toHaveLength(21)
  await journal.close()
})
