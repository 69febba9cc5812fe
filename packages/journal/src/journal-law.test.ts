import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Message } from './message.ts'
import { newFolder, openHere, plain, readAll } from './proving.ts'

const message: fc.Arbitrary<Message> = fc.record({
  receivedAt: fc.nat(2 ** 42),
  principal: fc.string({ unit: 'grapheme', maxLength: 12 }),
  topic: fc.string({ unit: 'grapheme', maxLength: 30 }),
  payload: fc.uint8Array({ maxLength: 3000 }),
})

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('append'), messages: fc.array(message, { maxLength: 8 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('reopen'), segmentBytes: fc.integer({ min: 4096, max: 20_000 }) }),
  },
)

test('law: whatever is appended, over rolls, reopening and compression, reads back equal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const folder = await newFolder()
      let journal = await openHere(folder, { segmentBytes: 4096 })
      const sent: Message[] = []
      const positions: number[] = []
      for (const now of steps) {
        if ('messages' in now) {
          positions.push(...(await Promise.all(now.messages.map((one) => journal.append(one)))))
          sent.push(...now.messages)
        } else {
          await journal.close()
          journal = await openHere(folder, { segmentBytes: now.segmentBytes })
        }
      }
      const live = await readAll(folder)
      await journal.close()
      for (const { entries, damaged } of [live, await readAll(folder)]) {
        expect(entries.map(plain)).toEqual(sent.map(plain))
        expect(entries.map((entry) => entry.position)).toEqual(positions)
        expect(damaged).toEqual([])
      }
    }),
    { numRuns: 25 },
  )
})
