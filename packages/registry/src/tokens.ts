// Tokens of the doors: 256 random bits, kept as SHA-256. A slow hash guards what people can guess; nobody guesses these,
// and ten thousand meters that reconnect at once must not wait for it.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const TOKEN_BYTES = 32
/** 40 bits: usernames and key ids are no secrets, they only must not collide within a site or an installation. */
const SUFFIX_ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'
/** What a token given from outside must have at least: 32 characters of base64url carry 192 bits. */
export const GIVEN_TOKEN_LENGTH_MIN = 32
/** Longer than any token that we issue; beyond this nothing is hashed for a stranger. */
export const TOKEN_LENGTH_MAX = 256

/** A new token: 32 random bytes, base64url. */
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url')

/** `length` random characters that can be read out over the telephone (no 0/o, 1/l/i). */
export const newSuffix = (length: number): string => {
  // 31 characters: bytes from 248 on are dropped, so that each character is equally likely.
  const bytes = [...randomBytes(length * 2)].filter((byte) => byte < 248)
  if (bytes.length < length) return newSuffix(length)
  return bytes
    .slice(0, length)
    .map((byte) => SUFFIX_ALPHABET.charAt(byte % SUFFIX_ALPHABET.length))
    .join('')
}

/** What is kept of a token: SHA-256, as 64 hexadecimal digits. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Whether two hashes are the same, in a time that does not tell how much of them is. */
export const sameHash = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')]
  return a.length === b.length && timingSafeEqual(a, b)
}

/**
 * The id of the API key that a token belongs to: it stands in tokens that we made (`ppk_<keyId>_<secret>`); for
 * tokens that came from a file it is taken from their hash.
 */
export const keyIdOf = (token: string): string =>
  /^ppk_([a-z0-9]+)_/.exec(token)?.[1] ?? `file-${tokenHash(token).slice(0, 12)}`
