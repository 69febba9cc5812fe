// Wakes a waiting reader when the writer, in whatever process, has committed: by watching a file, and by the clock where that fails.
import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'

/** With a watch, looking by the clock only covers the case that the watch is wrong. */
const WATCHED_MS = 250
/** If there is nothing to watch yet, or the system gives us no watch (too many of them), this is how late a reader may be. */
const UNWATCHED_MS = 20

export type Wake = {
  /** From now on, changes of this file wake. */
  watch(file: string): void
  /** Resolves at the next change or ring, at once if there was one since the last wait, or when it is time to look even so. */
  wait(): Promise<void>
  ring(): void
  close(): void
}

/** `pollMs`: how often to look even if no watch says anything, if not as often as is sensible. */
export function createWake(pollMs: number | undefined): Wake {
  let watcher: FSWatcher | undefined
  let isRung = false
  let awaken: (() => void) | undefined

  const ring = (): void => {
    isRung = true
    awaken?.()
  }
  const unwatch = (): void => {
    watcher?.close()
    watcher = undefined
  }
  return {
    ring,
    watch: (file) => {
      unwatch()
      try {
        watcher = watch(file, { persistent: false }, ring).on('error', unwatch)
      } catch {
        watcher = undefined
      }
    },
    wait: async () => {
      if (!isRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pollMs ?? (watcher === undefined ? UNWATCHED_MS : WATCHED_MS))
          awaken = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      isRung = false
    },
    close: () => {
      unwatch()
      ring()
    },
  }
}
