// The administrator's first key: in a file that only the owner of the installation can read, made at the first start.

import { placesOf, readOrCreateSecret, type Logger } from '@parkpulse/host'
import type { Credentials } from '@parkpulse/registry'

/** Makes sure that the key in `<data>/admin.key` opens everything. A deleted file is made anew with another key. */
export async function ensureAdministrator(
  registry: Pick<Credentials, 'authenticateKey' | 'issueKey'>,
  data: string,
  log: Logger,
): Promise<void> {
  const file = placesOf({ data }).adminKey
  const token = readOrCreateSecret(file)
  if ((await registry.authenticateKey(token)) !== undefined) return
  const issued = await registry.issueKey({
    name: 'administrator',
    role: 'administrator',
    reach: { kind: 'installation' },
    token,
  })
  if (issued.kind === 'invalid')
    throw new Error(`the key in ${file} was refused: ${issued.problems.map(({ problem }) => problem).join('; ')}`)
  log.info({ file, keyId: issued.keyId }, `no administrator's key → its key is in ${file}`)
}
