// A process that follows a journal and says each number it sees; for tests of waking across processes. Arguments: folder, poll ms.
import { numberOf } from './message-series.ts'
import { openReader } from './reader.ts'

const [, , folder = '', pollMs = '60000'] = process.argv
const reader = await openReader({ folder, from: 0, pollMs: Number(pollMs) })
process.stdout.write('ready\n')
for (;;) {
  const page = await reader.read({ entries: 100, bytes: 1e6 }, 60_000)
  for (const entry of page.entries) process.stdout.write(`${numberOf(entry)}\n`)
}
