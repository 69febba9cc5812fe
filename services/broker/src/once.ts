// Remembers what was seen, within a bound: for saying a thing once, and for counting per address.

/** True the first time for each key. Keeps `max` keys, the least recently asked goes first. */
export function createOnce(max: number): (key: string) => boolean {
  const seen = createRecent<true>(max)
  return (key) => {
    const known = seen.get(key) === true
    seen.set(key, true)
    return !known
  }
}

export type Recent<T> = {
  get(key: string): T | undefined
  set(key: string, value: T): void
  delete(key: string): void
  size(): number
}

/** A map of at most `max` entries; setting one moves it to the end, and the one that was set longest ago is forgotten. */
export function createRecent<T>(max: number): Recent<T> {
  const entries = new Map<string, T>()
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      entries.delete(key)
      entries.set(key, value)
      if (entries.size <= max) return
      for (const oldest of entries.keys()) {
        entries.delete(oldest)
        return
      }
    },
    delete: (key) => void entries.delete(key),
    size: () => entries.size,
  }
}
