// A disk for tests that fails when told to, in the ways that disks fail.
import { setTimeout } from 'node:timers/promises'
import { disk } from './disk.ts'
import type { Disk, DiskFile } from './disk.ts'

/** hang: waits until the fault is taken away · short: takes half of a write, then has no room · silent: takes nothing and reports no error */
export type Fault = {
  readonly on: 'write' | 'datasync' | 'create'
  readonly how: 'hang' | 'short' | 'silent' | 'ENOSPC' | 'EDQUOT' | 'EIO'
}

export type FailingDisk = { readonly disk: Disk; fault: Fault | undefined; readonly calls: string[] }

export function createFailingDisk(): FailingDisk {
  const failing: FailingDisk = {
    disk: { create: create(), open: async (file) => wrap(await disk.open(file)) },
    fault: undefined,
    calls: [],
  }

  function create(): Disk['create'] {
    return async (file, first) => {
      failing.calls.push('create')
      fail('create')
      return wrap(await disk.create(file, first))
    }
  }

  function fail(on: Fault['on']): void {
    const { fault } = failing
    if (fault?.on === on && fault.how !== 'silent') throw errorOf(fault.how === 'short' ? 'ENOSPC' : fault.how)
  }

  function wrap(file: DiskFile): DiskFile {
    let isHalf = false
    return {
      ...file,
      write: async (bytes, at) => {
        failing.calls.push('write')
        const { fault } = failing
        if (fault?.on !== 'write') return file.write(bytes, at)
        if (fault.how === 'silent') return 0
        isHalf = fault.how === 'short' && !isHalf
        if (isHalf) return file.write(bytes.subarray(0, bytes.length >> 1), at)
        throw errorOf(fault.how === 'short' ? 'ENOSPC' : fault.how)
      },
      datasync: async () => {
        failing.calls.push('datasync')
        while (failing.fault?.how === 'hang') await setTimeout(2)
        fail('datasync')
        await file.datasync()
      },
    }
  }
  return failing
}

const errorOf = (code: string): Error => Object.assign(new Error(`${code}: the disk of this test`), { code })
