// The worker's side of a store: opens it, answers requests one after the other, closes it.

import { parentPort } from 'node:worker_threads'
import { toNews } from '../store-error.ts'
import { type Answer, type Calls, CLOSING, OPENING, type Request, transferables } from './message.ts'

export type Served<C extends Calls> = { readonly calls: C; close(): void }

const attempt = (id: number, work: () => unknown): Answer => {
  try {
    return { id, kind: 'result', result: work() }
  } catch (error) {
    return { id, kind: 'error', error: toNews(error) }
  }
}

const isFunction = (value: unknown): value is (...args: readonly unknown[]) => unknown => typeof value === 'function'

/** Serves what `open` opens to the parent thread. One request at a time, in order of arrival. */
export const serve = <C extends Calls>(open: () => Served<C>): void => {
  const port = parentPort
  if (port === null) throw new Error('a store worker runs in a worker thread only')
  const reply = (answer: Answer): void => {
    const transfer = answer.kind === 'result' ? transferables(answer.result) : []
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a MessagePort has no origin
    port.postMessage(answer, [...transfer])
  }

  let served: Served<C> | undefined
  const opened = attempt(OPENING, () => {
    served = open()
    return undefined
  })
  port.on('message', (request: Request) => {
    if (request.name === CLOSING) {
      reply(attempt(request.id, () => served?.close()))
      port.close()
      return
    }
    const call: unknown = served?.calls[request.name]
    reply(
      attempt(request.id, () => {
        if (!isFunction(call)) throw new Error(`no such call: ${request.name}`)
        return call(...request.args)
      }),
    )
  })
  reply(opened)
}
