// The data folder before anything is started: there, or made, and ours to write in; otherwise one sentence says why not.

import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'

/**
 * Makes the folder where it is missing, level by level (a recursive mkdir never comes back on some pseudo file systems), and
 * returns what keeps us from using it, or undefined.
 */
export function dataFolderProblem(folder: string): string | undefined {
  try {
    makeFolder(folder)
    if (!statSync(folder).isDirectory()) return `PARKPULSE_DATA: ${folder} is not a folder.`
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    return `PARKPULSE_DATA: ${folder} cannot be used: ${error instanceof Error ? error.message : String(error)}.`
  }
}

function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return
  makeFolder(path.dirname(folder))
  mkdirSync(folder, { mode: 0o750 })
}
