// The ops door of a process: health and metrics over a Unix socket, so that one process (the api) can show them for all.

import { once } from 'node:events'
import { chmodSync, unlinkSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Health } from './health.ts'
import type { Metrics } from './metrics.ts'
import { opsSocketPath, prepareSocketFolder } from './ops-socket.ts'

export type OpsOptions = {
  /** The installation's data folder, absolute. */
  readonly data: string
  readonly service: string
  readonly health: Health
  readonly metrics: Metrics
}

/**
 * Serves GET /health/live, /health/ready (503 when not ready) and /metrics. A socket file that a crashed process left
 * behind is replaced; one behind which a process answers is not: then this throws.
 */
export async function serveOps({ data, service, health, metrics }: OpsOptions): Promise<{ close(): Promise<void> }> {
  const socket = opsSocketPath(data, service)
  prepareSocketFolder(socket)
  const server = createServer((request, response) => void answer(request.url ?? '', response, { health, metrics }))
  server.keepAliveTimeout = 1
  await listen(server, socket)
  chmodSync(socket, 0o600)
  return {
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(
  url: string,
  response: ServerResponse,
  doors: Pick<OpsOptions, 'health' | 'metrics'>,
): Promise<void> {
  const send = (status: number, type: string, body: string) =>
    response.writeHead(status, { 'content-type': type, connection: 'close' }).end(body)
  try {
    if (url === '/health/live') return void send(200, 'application/json', '{"live":true}')
    if (url === '/metrics') return void send(200, 'text/plain; version=0.0.4', await doors.metrics.text())
    if (url !== '/health/ready') return void send(404, 'text/plain', 'not found')
    const status = doors.health.status()
    send(status.ready ? 200 : 503, 'application/json', JSON.stringify(status))
  } catch (error) {
    send(500, 'text/plain', String(error))
  }
}

async function listen(server: Server, socket: string): Promise<void> {
  try {
    await listening(server, socket)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    if (await someoneAnswers(socket)) throw new Error(`another process already serves ${socket}`, { cause: error })
    unlinkSync(socket)
    await listening(server, socket)
  }
}

async function listening(server: Server, socket: string): Promise<void> {
  server.listen(socket)
  await once(server, 'listening')
}

/** Whether a living process accepts connections behind the socket file. */
async function someoneAnswers(socket: string): Promise<boolean> {
  const probe = connect(socket)
  try {
    await once(probe, 'connect')
    return true
  } catch {
    return false
  } finally {
    probe.destroy()
  }
}
