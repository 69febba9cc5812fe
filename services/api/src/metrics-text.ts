// The metrics of all processes as one text: each family once, with its HELP and TYPE, as Prometheus' text format 0.0.4 demands.

type Family = { readonly about: string[]; readonly samples: string[] }

/** Merges texts of the format; the first HELP and TYPE of a family win, and all of its samples stand together. */
export function mergeMetrics(texts: readonly string[]): string {
  const families = new Map<string, Family>()
  for (const text of texts) for (const [name, family] of readFamilies(text)) mergeInto(families, name, family)
  return [...families.values()].map(({ about, samples }) => `${[...about, ...samples].join('\n')}\n`).join('')
}

function mergeInto(families: Map<string, Family>, name: string, family: Family): void {
  const known = families.get(name)
  if (known === undefined) families.set(name, family)
  else known.samples.push(...family.samples)
}

/** Samples belong to the family whose HELP or TYPE came last (`x_bucket` to `x`); samples before any stand by themselves. */
function readFamilies(text: string): ReadonlyMap<string, Family> {
  const families = new Map<string, Family>()
  let current = ''
  for (const line of text.split('\n')) {
    const about = /^# (?:HELP|TYPE) (\S+)/.exec(line)?.[1]
    if (line.trim() === '' || (about === undefined && line.startsWith('#'))) continue
    current = about ?? (isOf(current, line) ? current : (/^[^\s{]+/.exec(line)?.[0] ?? line))
    const family = families.get(current) ?? { about: [], samples: [] }
    families.set(current, family)
    if (about === undefined) family.samples.push(line)
    else family.about.push(line)
  }
  return families
}

const isOf = (family: string, line: string): boolean =>
  family !== '' && line.startsWith(family) && /^(?:_bucket|_sum|_count)?[\s{]/.test(line.slice(family.length))
