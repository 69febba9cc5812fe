// Tells other processes how far the journal is: after each commit, without anybody waiting for it.
import type { Committed, CommittedPage } from './committed-file.ts'

/** If the page cannot be written just now (a copy-on-write file system that is full), readers only learn of it later. */
const RETRY_MS = 100

export type Publisher = { publish(value: Committed): void; close(): Promise<void> }

/** While one write is under way, only the latest of the following ones is remembered: positions only rise. */
export function createPublisher(page: CommittedPage): Publisher {
  let next: Committed | undefined
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    while (next !== undefined) {
      const value = next
      next = undefined
      try {
        await page.write(value)
      } catch {
        next ??= value
        break
      }
    }
    running = undefined
    if (next !== undefined) setTimeout(start, RETRY_MS).unref()
  }

  const start = (): void => {
    if (next !== undefined) running ??= run()
  }

  return {
    publish: (value) => {
      next = value
      start()
    },
    close: async () => {
      await running
      // Not published is not lost: the next opening finds it.
      next = undefined
      await page.close()
    },
  }
}
