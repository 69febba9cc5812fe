// The core is pure, and only one file reads the real clock.

import { isTest, roomOf, uses, type Offence, type Source } from './source.ts'

const PURE = new Set(['packages/metering', 'packages/wire', 'packages/emissions', 'packages/alerting'])
/** The house's one look at the clock. */
const CLOCK = 'packages/host/src/clock.ts'

const READS_CLOCK =
  /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?!\s*\()(?![\w.]))|(?<!new\s)(?<![.\w])Date\s*\(|\bperformance\s*\.|\bprocess\s*\.\s*hrtime\b|\bTemporal\s*\.\s*Now\b/g
const WAITS = /\bawait\b|\basync\b|\bPromise\b|\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/g
const TOUCHES = /\bprocess\s*\.|\bconsole\s*\.|\bfetch\s*\(|\bglobalThis\b|\brequire\s*\(/g
const CHANCE = /\bMath\s*\.\s*random\b|\brandom(?:UUID|Bytes|Int)\b|\bgetRandomValues\b/g

/** No I/O, clock, chance or waiting in the pure packages; tests beside them may. */
export const purityOffences = (sources: readonly Source[]): readonly Offence[] =>
  sources.flatMap((source) => (PURE.has(roomOf(source)) && !isTest(source) ? impurities(source) : []))

const impurities = (source: Source): readonly Offence[] => [
  ...uses(source, READS_CLOCK, 'reads a clock'),
  ...uses(source, WAITS, 'waits'),
  ...uses(source, TOUCHES, 'touches the outside'),
  ...uses(source, CHANCE, 'leaves it to chance'),
  ...source.imports
    .filter(({ specifier }) => specifier.startsWith('node:'))
    .map(({ specifier, line }) => `${source.path}:${line} imports ${specifier}`),
]

/**
 * Reads of the real clock outside of the one file. Held: packages, services, simulators. Not held: tests (they check
 * real waiting) and infra and test/bench (they measure the house from outside; nothing of theirs reaches a figure).
 */
export const clockOffences = (sources: readonly Source[]): readonly Offence[] =>
  sources
    .filter((source) => source.path !== CLOCK && !isTest(source) && !['infra', 'test'].includes(roomOf(source)))
    .flatMap((source) => uses(source, READS_CLOCK, 'reads a clock'))
