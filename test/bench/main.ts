// `npm run bench -- <name> [options]`: what is measured, by name.

import { benchIngest } from './ingest.ts'

const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = { ingest: benchIngest }

const [name = 'ingest', ...args] = process.argv.slice(2)
const bench = BENCHES[name]
if (bench === undefined) {
  process.stderr.write(`bench: unknown ${name}; there are ${Object.keys(BENCHES).join(', ')}\n`)
  process.exit(2)
}
process.exit(await bench(args))
