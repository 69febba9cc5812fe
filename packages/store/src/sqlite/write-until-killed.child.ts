// Started by the kill test: goes on writing numbered batches from the store's position, and tells each that is acknowledged.

import { numberedBatch } from './numbered-batch.child.ts'
import { openReadingsWriter } from './readings-writer.ts'

const writer = await openReadingsWriter({ folder: String(process.argv[2]) })
const position = await writer.position()
for (let n = (position ?? 0) / 1_000 + 1; ; n += 1) {
  await writer.write(numberedBatch(n))
  process.stdout.write(`${n}\n`)
}
