// Where the ops socket of a service lies: in `<data>/run`, or, where that path is too long for a socket address, in a short
// folder that both sides find by the same rule.

import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** `sun_path` holds 108 bytes on Linux with the closing zero, 104 on macOS. */
const SOCKET_PATH_BYTES_MAX = process.platform === 'linux' ? 107 : 103

/** The socket of a service of the installation in `data` (absolute). Pure: the same on both sides, nothing is created. */
export function opsSocketPath(data: string, service: string): string {
  const usual = path.join(data, 'run', `${service}.sock`)
  if (Buffer.byteLength(usual) <= SOCKET_PATH_BYTES_MAX) return usual
  const installation = createHash('sha256').update(data).digest('hex').slice(0, 16)
  return path.join(os.tmpdir(), `parkpulse-${installation}`, `${service}.sock`)
}

/** Makes the socket's folder, closed to other users. Throws when it belongs to someone else: a trap laid in a shared /tmp. */
export function prepareSocketFolder(socket: string): void {
  if (Buffer.byteLength(socket) > SOCKET_PATH_BYTES_MAX) throw new Error(`${socket} is too long for a socket address`)
  const folder = path.dirname(socket)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  const own = process.getuid === undefined || found.uid === process.getuid() || found.uid === 0
  if (!found.isDirectory() || !own) throw new Error(`${folder} is not a folder of ours`)
}
