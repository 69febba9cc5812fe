// The registers as known now: the index over the registry's installation, made anew when another one is shown.

import type { RegisterId } from '@parkpulse/metering'
import type { InstallationQuery } from '@parkpulse/registry'
import { indexRegisters, type RegisterIndex } from './register-index.ts'

export type RegisterBook = {
  readonly current: () => RegisterIndex
  /** Looks into the registry. Who has to act on a change compares `current()`: several ask, and the news comes once. */
  readonly refresh: () => Promise<void>
  /** The index; looked up afresh when one of these registers is not in it (it may have been registered a moment ago). */
  readonly for: (spots: readonly { readonly registerId: RegisterId }[]) => Promise<RegisterIndex>
}

/** Opens the book over a registry. */
export function openRegisterBook(registry: InstallationQuery): RegisterBook {
  let indexed = registry.installation()
  let index = indexRegisters(indexed)
  const unknown = new Set<RegisterId>()
  async function refresh(): Promise<void> {
    await registry.refresh()
    const shown = registry.installation()
    if (shown === indexed) return
    index = indexRegisters(shown)
    indexed = shown
    unknown.clear()
  }
  return {
    current: () => index,
    refresh,
    async for(spots) {
      const isNews = ({ registerId }: { readonly registerId: RegisterId }) =>
        !index.has(registerId) && !unknown.has(registerId)
      if (!spots.some(isNews)) return index
      await refresh()
      for (const { registerId } of spots) if (!index.has(registerId)) unknown.add(registerId)
      return index
    },
  }
}
