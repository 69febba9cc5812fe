// A process that appends numbered messages without end and says which are acknowledged; for tests that kill it.
// Arguments: folder, first number, segment bytes.
import { openJournal } from './journal.ts'
import { messageOf, NOON } from './message-series.ts'

const [, , folder = '', first = '0', segmentBytes = '4096'] = process.argv
const journal = await openJournal({
  folder,
  now: () => NOON,
  commitIntervalMs: 1,
  segmentBytes: Number(segmentBytes),
})

/** Appends are begun in the order of the numbers; each line on stdout is an acknowledged one. */
async function send(i: number): Promise<void> {
  await journal.append(messageOf(i, 50 + (i % 200)))
  process.stdout.write(`${i}\n`)
}

for (let i = Number(first); ;) {
  const burst = 1 + (i % 40)
  const appended: Promise<void>[] = []
  for (const end = i + burst; i < end; i += 1) appended.push(send(i))
  await Promise.race(appended)
}
