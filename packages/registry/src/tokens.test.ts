// Tokens: their form, their hash, and which key they belong to.

import { expect, it } from 'vitest'
import { keyIdOf, newSuffix, newToken, sameHash, tokenHash } from './tokens.ts'

it('makes tokens of 256 bits, each another', () => {
  const tokens = Array.from({ length: 100 }, newToken)
  expect(new Set(tokens).size).toBe(100)
  for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32)
})

it('makes suffixes that can be read out', () => {
  for (const length of [1, 6, 10, 40]) expect(newSuffix(length)).toMatch(new RegExp(`^[a-hjkmnp-z2-9]{${length}}$`))
})

it('hashes as SHA-256 does', () => {
  // FIPS 180-4, example "abc".
  expect(tokenHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

it.each([
  ['the same', tokenHash('a'), tokenHash('a'), true],
  ['another', tokenHash('a'), tokenHash('b'), false],
  ['a part', tokenHash('a'), tokenHash('a').slice(0, 62), false],
  ['nothing', tokenHash('a'), '', false],
])('compares hashes: %s', (_, one, other, expected) => {
  expect(sameHash(one, other)).toBe(expected)
})

it.each([
  ['one of ours', 'ppk_abc23_secret_with_more', 'abc23'],
  ['one of a file', 'abc', 'file-ba7816bf8f01'],
  ['one that pretends', 'ppk__x', `file-${tokenHash('ppk__x').slice(0, 12)}`],
])('finds the key of a token: %s', (_, token, expected) => {
  expect(keyIdOf(token)).toBe(expected)
})
