// `npm run chaos -- --kills 100 [--seed 7]`: the chaos test, as long as one likes.

import { parseArgs } from 'node:util'
import { runChaos } from './chaos.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const kills = Number(values.kills)
const seed = Number(values.seed)
if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed)) {
  process.stderr.write('chaos: --kills takes a whole number from 1, --seed a whole number\n')
  process.exit(2)
}
process.stdout.write(`chaos: ${kills} kills, seed ${seed}\n`)
const report = await runChaos({ kills, seed }, (line) => process.stdout.write(`chaos: ${line}\n`))
const troubles = [report.missing, report.unexpected, report.unbalanced, report.differing, report.wrongAlerts].flat()
for (const trouble of troubles.slice(0, 20)) process.stdout.write(`chaos: ${JSON.stringify(trouble)}\n`)
process.stdout.write(
  `chaos: ${JSON.stringify(report.kills)}; ${report.readings} values acknowledged, ${report.missing.length} missing, ` +
    `${report.doubled} doubled, ${report.unexpected.length} unexpected; ${report.hours} hours, ${report.differing.length} differing; ` +
    `${report.transitions} alert transitions, ${report.wrongAlerts.length} wrong, ${report.inOrder} meters in order\n`,
)
process.exit(troubles.length === 0 && report.doubled === 0 ? 0 : 1)
