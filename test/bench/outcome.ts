// What one run of the bench came to, and how it is printed beside its peer's.

export type Outcome = {
  readonly acknowledgedPerS: number
  /** Readings that were in the store when sending ended, over the time of sending: what is sustained. */
  readonly storedPerS: number
  /** The furthest that the store was behind the acknowledgements. */
  readonly behindS: number
  readonly ackMs: { readonly p50: number; readonly p99: number }
  readonly acknowledged: number
  readonly stored: number
  /** Cores in use while sending, by process. */
  readonly cores: Readonly<Record<string, number>>
  readonly memoryMiB: Readonly<Record<string, number>>
}

const whole = (n: number): string => Math.round(n).toLocaleString('en').replaceAll(',', ' ')

/** One line of the table. */
export function row(
  name: string,
  who: string,
  { acknowledgedPerS, storedPerS, ...rest }: Outcome,
  peer?: Outcome,
): string[] {
  const cores = Object.entries(rest.cores).map(([process, share]) => `${process} ${share.toFixed(2)}`)
  return [
    name,
    who,
    whole(acknowledgedPerS),
    whole(storedPerS),
    peer === undefined ? '' : `${(storedPerS / peer.storedPerS).toFixed(2)} ×`,
    rest.ackMs.p50.toFixed(1),
    rest.ackMs.p99.toFixed(1),
    rest.behindS.toFixed(1),
    rest.stored === rest.acknowledged ? '0' : whole(rest.acknowledged - rest.stored),
    cores.join(', '),
  ]
}

export const HEAD = [
  'what',
  'who',
  'acked/s',
  'stored/s',
  'ratio',
  'ack p50 ms',
  'p99 ms',
  'behind s',
  'missing',
  'cores',
]

/** Rows as a table that is readable both in a terminal and as Markdown. */
export function table(rows: readonly (readonly string[])[]): string {
  const all = [HEAD, ...rows]
  const widths = HEAD.map((_, c) => Math.max(...all.map((cells) => cells[c]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, c) => cell.padEnd(widths[c] ?? 0)).join(' | ')} |`
  return [line(HEAD), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n')
}
