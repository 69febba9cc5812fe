// What processes cost: processor seconds and memory as the kernel counts them, threads included.

import { readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second (USER_HZ) on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100

/** User and system seconds of a process so far; NaN once it has ended. */
export function cpuSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  } catch {
    return Number.NaN
  }
}

/** Resident memory of a process in MiB; NaN once it has ended. */
export function residentMiB(pid: number): number {
  try {
    const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(kib) / 1024
  } catch {
    return Number.NaN
  }
}

/** What a watch says before it has begun. */
export const nothingYet = (): Record<string, number> => ({})

/** Cores in use by each named process between two looks. */
export function watchCpu(pids: Readonly<Record<string, number>>): () => Record<string, number> {
  const began = performance.now()
  const before = Object.entries(pids).map(([name, pid]) => [name, pid, cpuSeconds(pid)] as const)
  return () => {
    const elapsed = (performance.now() - began) / 1_000
    return Object.fromEntries(before.map(([name, pid, seconds]) => [name, (cpuSeconds(pid) - seconds) / elapsed]))
  }
}
