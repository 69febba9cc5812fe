// Group commit: while the disk is busy with one batch, the next gathers; one write and one fdatasync for all that waits.
import { createBatch, rejectAll, resolveAll, reuseBatch } from './batch.ts'
import type { Batch } from './batch.ts'
import type { Message, Position } from './message.ts'
import { encodeRecord } from './record.ts'
import { isFull, JournalRefusal } from './refusal.ts'
import type { RefusalReason } from './refusal.ts'
import type { SegmentWriter } from './segment-writer.ts'
import type { JournalKind, JournalState } from './state.ts'

/** Some seconds of the most that we promise to take in; a disk that is further behind does not catch up, and memory is dear. */
const BACKLOG_BYTES_MAX = 32 * 1024 * 1024
const BACKLOG_RECORDS_MAX = 100_000
/** How soon a full or failing disk is tried again, whether or not messages come. */
const REGAIN_MS = 250

export type GroupCommit = {
  readonly append: (message: Message) => Promise<Position>
  readonly state: () => JournalState
  /** Says something loudly without a change of kind. */
  notify(detail: string): void
  close(): Promise<void>
}

export type GroupCommitOptions = {
  readonly writer: SegmentWriter
  readonly commitIntervalMs: number
  readonly onState: (state: JournalState) => void
  readonly onCommit: () => void
}

export function createGroupCommit({ writer, commitIntervalMs, onState, onCommit }: GroupCommitOptions): GroupCommit {
  const { salt, committed: start } = writer.tail()
  let gathering = createBatch(start)
  let spare = createBatch(start)
  let inFlight: Batch | undefined
  let kind: JournalKind = 'writing'
  let detail = `opened at ${start}`
  let isPaced = false
  let isScheduled = false
  let running: Promise<void> | undefined
  let paceTimer: NodeJS.Timeout | undefined
  let regainTimer: NodeJS.Timeout | undefined

  // One executor for all promises: no closure per append.
  const enlist = (resolve: (position: Position) => void, reject: (error: Error) => void): void => {
    gathering.resolves.push(resolve)
    gathering.rejects.push(reject)
  }

  function append(message: Message): Promise<Position> {
    if (kind !== 'writing') return refuse(reasonOf(kind), detail)
    const { sheet } = gathering
    const waiting = inFlight === undefined ? 0 : inFlight.sheet.length
    const records = gathering.positions.length + (inFlight === undefined ? 0 : inFlight.positions.length)
    if (records >= BACKLOG_RECORDS_MAX || sheet.length + waiting + message.payload.length > BACKLOG_BYTES_MAX)
      return refuse('backlog', `${records} messages wait for the disk`)
    const at = sheet.length
    if (encodeRecord(sheet, message, salt) === 0)
      return refuse('too-large', `${message.payload.length} bytes of payload`)
    gathering.positions.push(sheet.base + at)
    schedule()
    return new Promise(enlist)
  }

  /** At the end of this turn of the event loop, so that all sockets that had something come along. */
  function schedule(): void {
    if (isScheduled || isPaced || inFlight !== undefined) return
    isScheduled = true
    setImmediate(begin)
  }

  function begin(): void {
    isScheduled = false
    if (isPaced || inFlight !== undefined || gathering.positions.length === 0) return
    if (commitIntervalMs > 0 && kind === 'writing') {
      isPaced = true
      paceTimer = setTimeout(endPace, commitIntervalMs)
    }
    const batch = gathering
    gathering = reuseBatch(spare, batch.sheet.base + batch.sheet.length)
    inFlight = batch
    running = commit(batch)
  }

  const endPace = (): void => {
    isPaced = false
    begin()
  }

  async function commit(batch: Batch): Promise<void> {
    try {
      await writer.commit(batch.sheet)
    } catch (error) {
      fail(batch, error)
      return
    }
    inFlight = undefined
    onCommit()
    resolveAll(batch)
    spare = batch
    begin()
  }

  /** Whatever gathered meanwhile has positions behind bytes that are not there: it is refused as well. */
  function fail(batch: Batch, error: unknown): void {
    const to = isFull(error) ? 'full' : 'failed'
    const refusal = new JournalRefusal(reasonOf(to), String(error), { cause: error })
    const late = gathering
    const { committed } = writer.tail()
    inFlight = undefined
    gathering = createBatch(committed)
    spare = createBatch(committed)
    if (kind === 'writing') {
      change(to, String(error))
      regainTimer = setTimeout(startRegain, REGAIN_MS)
    }
    rejectAll(batch, refusal)
    rejectAll(late, refusal)
  }

  const startRegain = (): void => {
    running = tryRegain()
  }

  async function tryRegain(): Promise<void> {
    try {
      const how = await writer.regain()
      onCommit()
      if (!isClosed()) change('writing', how)
    } catch (error) {
      if (isClosed()) return
      const to = isFull(error) ? 'full' : 'failed'
      if (to !== kind) change(to, String(error))
      regainTimer = setTimeout(startRegain, REGAIN_MS)
    }
  }

  const isBusy = (): boolean => inFlight !== undefined || gathering.positions.length > 0

  const isClosed = (): boolean => kind === 'closed'

  async function drain(): Promise<void> {
    change('closed', 'closed by its owner')
    clearTimeout(regainTimer)
    clearTimeout(paceTimer)
    isPaced = false
    await running
    while (isBusy()) {
      begin()
      await running
    }
  }

  function state(): JournalState {
    return {
      kind,
      detail,
      committed: writer.tail().committed,
      backlogRecords: gathering.positions.length + (inFlight?.positions.length ?? 0),
      backlogBytes: gathering.sheet.length + (inFlight?.sheet.length ?? 0),
    }
  }

  function change(to: JournalKind, why: string): void {
    kind = to
    detail = why
    onState(state())
  }

  const notify = (what: string): void => onState({ ...state(), detail: what })

  return { append, state, notify, close: drain }
}

const reasonOf = (kind: Exclude<JournalKind, 'writing'>): RefusalReason => (kind === 'full' ? 'disk-full' : kind)

function refuse(reason: RefusalReason, detail: string): Promise<never> {
  return Promise.reject(new JournalRefusal(reason, detail))
}
