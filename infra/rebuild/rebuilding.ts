// Where a store is rebuilt: a data folder of its own beside the store that is used, which it replaces at the end by renames.

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { placesOf } from '@parkpulse/host'

/** The data folder that the services are given while they rebuild: its journal and registry are links to the real ones. */
export const rebuildingFolder = (data: string): string => path.join(data, 'rebuilding')

/** A whole rebuilt store on its way to become the store. A half-built one never has this name. */
const rebuiltStore = (data: string): string => `${placesOf({ data }).store}.rebuilt`

/** Makes the folder, without a store. @throws if there is one: see `tidyAfterReplay` */
export function makeRebuildingFolder(data: string): string {
  const folder = rebuildingFolder(data)
  mkdirSync(folder, { mode: 0o700 })
  const [real, linked] = [placesOf({ data }), placesOf({ data: folder })]
  symlinkSync(real.journal, linked.journal)
  symlinkSync(real.registry, linked.registry)
  return folder
}

/**
 * Makes the rebuilt store the store, and moves the one that was there, if any, to `aside`. Killed at any step, either the old
 * store is still in its place, or `tidyAfterReplay` finds the rebuilt one whole and puts it there.
 */
export function exchangeStores(data: string, aside: string): void {
  const { store } = placesOf({ data })
  const built = placesOf({ data: rebuildingFolder(data) }).store
  syncFolder(built)
  move(built, rebuiltStore(data))
  if (existsSync(store)) move(store, aside)
  move(rebuiltStore(data), store)
  rmSync(rebuildingFolder(data), { recursive: true })
}

/** Clears away what a replay has left that was killed; returns a sentence about it, or undefined if there was nothing. */
export function tidyAfterReplay(data: string): string | undefined {
  const { store } = placesOf({ data })
  const isHalfBuilt = existsSync(rebuildingFolder(data))
  const isWhole = existsSync(rebuiltStore(data))
  const isWanted = isWhole && !existsSync(store)
  if (isWanted) move(rebuiltStore(data), store)
  // Links are removed here, not followed.
  for (const folder of [rebuildingFolder(data), rebuiltStore(data)]) rmSync(folder, { recursive: true, force: true })
  if (isWanted)
    return 'A replay was killed at its last step: the rebuilt store is now the store; the old one lies beside it.'
  return isHalfBuilt || isWhole
    ? 'A replay was killed: what it had left half-built was removed; the store in its place is whole.'
    : undefined
}

function move(from: string, to: string): void {
  renameSync(from, to)
  syncFolder(path.dirname(to))
}

/** Makes the names in a folder durable. */
function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
