// Asking another process of the same installation for its health or metrics.

import { request } from 'node:http'
import { opsSocketPath } from './ops-socket.ts'

export type OpsAnswer = { readonly status: number; readonly body: string }

/** Far more than any process' metrics; beyond this the other side is broken. */
const ANSWER_BYTES_MAX = 8 * 1024 * 1024

/** One answer from the ops socket of a service, or undefined when nobody is there, or not within `timeoutMs`. Never throws. */
export function askOps(data: string, service: string, path: string, timeoutMs: number): Promise<OpsAnswer | undefined> {
  const { promise, resolve } = Promise.withResolvers<OpsAnswer | undefined>()
  const nobody = () => resolve(undefined)
  const asked = request(
    { socketPath: opsSocketPath(data, service), path, agent: false, signal: AbortSignal.timeout(timeoutMs) },
    (response) => {
      const pieces: Buffer[] = []
      let bytes = 0
      response.on('data', (piece: Buffer) => {
        bytes += piece.length
        if (bytes > ANSWER_BYTES_MAX) response.destroy()
        else pieces.push(piece)
      })
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces).toString('utf8') }),
      )
      response.on('error', nobody)
      response.on('close', nobody)
    },
  )
  asked.on('error', nobody)
  asked.end()
  return promise
}
