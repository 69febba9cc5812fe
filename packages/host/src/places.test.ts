import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { placesOf, reachable, reachableInUrl, serviceLogin } from './places.ts'

it.each([
  ['0.0.0.0', '127.0.0.1', '127.0.0.1'],
  ['::', '::1', '[::1]'],
  ['10.1.2.3', '10.1.2.3', '10.1.2.3'],
  ['fe80::1', 'fe80::1', '[fe80::1]'],
  ['park.example', 'park.example', 'park.example'],
])('a server on %s is reached at %s, in a URL at %s', (host, address, inUrl) => {
  expect(reachable(host)).toBe(address)
  expect(reachableInUrl(host)).toBe(inUrl)
})

it('keeps everything below the data folder', () => {
  for (const place of Object.values(placesOf({ data: '/d' }))) expect(path.dirname(place)).toBe('/d')
})

it('gives every process the same login', () => {
  const data = mkdtempSync(path.join(tmpdir(), 'parkpulse-places-'))
  const login = serviceLogin({ data })
  expect(login).toEqual(serviceLogin({ data }))
  expect(login.password).toMatch(/^[\w-]{43}$/)
  rmSync(data, { recursive: true })
})
