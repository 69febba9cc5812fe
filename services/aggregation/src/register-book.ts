// The registers as known now: the index over the registry's installation, made anew when that has moved.

import type { RegisterId } from '@parkpulse/metering'
import type { InstallationQuery } from '@parkpulse/registry'
import { indexRegisters, type RegisterIndex } from './register-index.ts'

export type RegisterBook = {
  readonly current: () => RegisterIndex
  /** Looks into the registry; true when something moved. */
  readonly refresh: () => Promise<boolean>
  /** The index; looked up afresh when one of these registers is not in it (it may have been registered a moment ago). */
  readonly for: (spots: readonly { readonly registerId: RegisterId }[]) => Promise<RegisterIndex>
}

/** Opens the book over a registry. */
export function openRegisterBook(registry: InstallationQuery): RegisterBook {
  let index = indexRegisters(registry.installation())
  const unknown = new Set<RegisterId>()
  async function refresh(): Promise<boolean> {
    const moved = await registry.refresh()
    if (moved) {
      index = indexRegisters(registry.installation())
      unknown.clear()
    }
    return moved
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
