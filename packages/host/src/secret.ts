// Secrets: tokens in files of mode 0600, made at the first need. The first to write one wins; all others read it.

import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import path from 'node:path'

/** 256 random bits: beyond guessing, so that a fast hash of them may be stored. */
const SECRET_BYTES = 32

/** What 32 bytes look like in base64url, or what an operator may put in their place: no white space, not short. */
const ACCEPTABLE = /^[\x21-\x7e]{32,256}$/

/**
 * The secret in `file`; made, with its folder, when it isn't there. Safe when several processes do this at once: all
 * return the same. Throws when the file holds something that can't be a secret, rather than replacing it.
 */
export function readOrCreateSecret(file: string): string {
  return read(file) ?? create(file)
}

function read(file: string): string | undefined {
  try {
    const secret = readFileSync(file, 'utf8').trim()
    if (!ACCEPTABLE.test(secret))
      throw new Error(`${file} does not hold a secret: 32 to 256 visible characters on one line`)
    return secret
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Written and synced beside it first, then linked: the name appears with its content or not at all. */
function create(file: string): string {
  mkdirSync(path.dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  const descriptor = openSync(draft, 'wx', 0o600)
  try {
    writeSync(descriptor, `${randomBytes(SECRET_BYTES).toString('base64url')}\n`)
    fsyncSync(descriptor)
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    closeSync(descriptor)
    unlinkSync(draft)
  }
  const secret = read(file)
  if (secret === undefined) throw new Error(`${file} vanished right after it was written`)
  return secret
}
