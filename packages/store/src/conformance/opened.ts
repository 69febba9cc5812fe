// What an implementation gives to the conformance suite, and how a test gets a store of its own.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import type {
  AlertsQuery,
  Feed,
  FiguresBulk,
  FiguresQuery,
  FiguresWriter,
  LedgerQuery,
  ReadingsBulk,
  ReadingsQuery,
  ReadingsWriter,
  SumsQuery,
} from '../ports.ts'

type Closing = { close(): Promise<void> }

/** How to open each side of a store. `folder` is an empty folder of the test's own; a server's store derives a database name from it. */
export type StoreDoors = {
  readonly readingsWriter: (folder: string) => Promise<ReadingsWriter>
  readonly readings: (folder: string) => Promise<ReadingsQuery & ReadingsBulk & Feed & LedgerQuery & Closing>
  readonly figuresWriter: (folder: string) => Promise<FiguresWriter>
  readonly figures: (folder: string) => Promise<FiguresQuery & FiguresBulk & AlertsQuery & SumsQuery & Closing>
}

/** An empty folder that is removed after the test. */
export const testFolder = async (): Promise<string> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'store-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Opens, and closes after the test (closing twice is harmless). */
export const opened = async <T extends Closing>(open: (folder: string) => Promise<T>, folder: string): Promise<T> => {
  const thing = await open(folder)
  onTestFinished(() => thing.close())
  return thing
}
