// Health: what the parts of a process say about themselves; served by the ops socket, merged by the api.

export type PartHealth = { readonly ok: boolean; readonly detail: string }

export type HealthStatus = { readonly ready: boolean; readonly parts: Record<string, PartHealth> }

export type Health = {
  /** A part's latest word. Repeating the same is cheap and changes nothing. */
  report(part: string, ok: boolean, detail: string): void
  /** Ready when every part that spoke, or was expected to, is well. */
  status(): HealthStatus
}

/** A health board. Parts named in `expected` count as not ready until they report for the first time. */
export function createHealth(expected: readonly string[] = []): Health {
  const parts = new Map<string, PartHealth>(
    expected.map((part) => [part, { ok: false, detail: 'has not reported yet' }]),
  )
  return {
    report: (part, ok, detail) => void parts.set(part, { ok, detail }),
    status: () => ({
      ready: [...parts.values()].every((part) => part.ok),
      parts: Object.fromEntries(parts),
    }),
  }
}
