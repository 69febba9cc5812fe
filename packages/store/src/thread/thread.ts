// The service's side of a store's worker thread: numbered requests, answers as promises, and a clear end when it dies.

import { Worker } from 'node:worker_threads'
import { fromNews, StoreError } from '../store-error.ts'
import { type Answer, type Calls, CLOSING, OPENING, type Request, transferables } from './message.ts'

/** Requests that may wait for one worker. A service awaits its own, so this many mean that nobody looks at the answers. */
export const CALLS_WAITING_MAX = 1_000

export type Thread<C extends Calls> = {
  call<K extends keyof C & string>(name: K, ...args: Parameters<C[K]>): Promise<ReturnType<C[K]>>
  /** Lets the requests before it finish. Calling it again is harmless. */
  close(): Promise<void>
}

type Waiting = { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void }

class Line {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #lastId = OPENING
  #over: StoreError | undefined

  constructor(script: URL, workerData: unknown) {
    this.#worker = new Worker(script, { workerData })
    this.#worker.on('message', (answer: Answer) => this.#settle(answer))
    this.#worker.on('error', (error) => this.#end(`the store's worker died: ${String(error)}`))
    this.#worker.on('exit', (code) => this.#end(`the store's worker ended with code ${code}`))
  }

  expect(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  request(name: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(this.#over)
    if (this.#waiting.size >= CALLS_WAITING_MAX) {
      return Promise.reject(new StoreError('STORE_BACKLOG', `${CALLS_WAITING_MAX} requests wait for the store already`))
    }
    this.#lastId += 1
    const request: Request = { id: this.#lastId, name, args }
    // A request that cannot be cloned throws here, before anyone waits for it.
    this.#worker.postMessage(request, args.flatMap(transferables))
    return this.expect(request.id)
  }

  async close(): Promise<void> {
    if (this.#over !== undefined) return
    const closed = this.request(CLOSING, [])
    this.#over = new StoreError('STORE_CLOSED', 'the store is closed')
    const ended = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()))
    await closed
    await ended
  }

  async abandon(): Promise<void> {
    await this.#worker.terminate()
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (answer.kind === 'result') waiting?.resolve(answer.result)
    else waiting?.reject(fromNews(answer.error))
  }

  #end(reason: string): void {
    this.#over ??= new StoreError('STORE_WORKER_DIED', reason)
    for (const { reject } of this.#waiting.values()) reject(this.#over)
    this.#waiting.clear()
  }
}

/**
 * Starts `script` in a worker thread and waits until it has opened its store.
 * Rejects with what the opening threw. After the worker's death every call, waiting or new, rejects with `STORE_WORKER_DIED`.
 */
export const openThread = async <C extends Calls>(script: URL, workerData: unknown): Promise<Thread<C>> => {
  const line = new Line(script, workerData)
  try {
    await line.expect(OPENING)
  } catch (error) {
    await line.abandon()
    throw error
  }
  return {
    call: (name, ...args) => line.request(name, args) as never,
    close: () => line.close(),
  }
}
