// The status line: what the house is doing, in a few numbers taken from the processes' own metrics.

import { askOps, type OpsAnswer } from '@parkpulse/host'

/** Adds up all samples of a metric that carry the label (`outcome="stored"`), or all; undefined when there is none. */
export function sumOf(text: string, name: string, label = ''): number | undefined {
  let sum: number | undefined
  for (const line of text.split('\n')) {
    if (!line.startsWith(name) || !/[\s{]/.test(line.charAt(name.length)) || !line.includes(label)) continue
    sum = (sum ?? 0) + Number(line.slice(line.lastIndexOf(' ') + 1))
  }
  return sum
}

/** What the line is made of; what a process did not tell is left out, never shown as zero. */
export type Figures = {
  readonly at: number
  readonly readings?: number
  readonly connections?: number
  readonly hours?: number
  readonly firing?: number
  readonly missing: readonly string[]
}

const ANSWER_MS_MAX = 1_000
const ASKED = ['broker', 'ingestion', 'aggregation'] as const

const figure = (answer: OpsAnswer | undefined, name: string, label?: string): number | undefined =>
  answer === undefined ? undefined : sumOf(answer.body, name, label)

/** Asks the processes. `at` is when, in milliseconds. */
export async function readFigures(data: string, at: number): Promise<Figures> {
  const answers = await Promise.all(ASKED.map((name) => askOps(data, name, '/metrics', ANSWER_MS_MAX)))
  const [broker, ingestion, aggregation] = answers
  const found = {
    readings: figure(ingestion, 'parkpulse_ingestion_values_total', 'outcome="stored"'),
    connections: figure(broker, 'parkpulse_broker_connections'),
    hours: figure(aggregation, 'parkpulse_aggregation_hours_total'),
    firing: figure(aggregation, 'parkpulse_aggregation_alerts_firing'),
  }
  const known = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
  const missing = ASKED.filter((_, index) => answers[index] === undefined)
  return { at, missing, ...known }
}

const WORDS = {
  vi: { rate: 'số đo/s', connections: 'kết nối', hours: 'giờ đã chốt', firing: 'cảnh báo', away: 'không trả lời' },
  en: {
    rate: 'readings/s',
    connections: 'connections',
    hours: 'hours closed',
    firing: 'alerts firing',
    away: 'not answering',
  },
} as const

/** The line, from two looks at the figures: rates need both. A counter that fell was restarted with its process. */
export function statusLine(before: Figures | undefined, now: Figures, lang: 'vi' | 'en'): string {
  const words = WORDS[lang]
  const parts: string[] = []
  if (before?.readings !== undefined && now.readings !== undefined && now.at > before.at) {
    const passed = now.readings >= before.readings ? now.readings - before.readings : now.readings
    parts.push(`${shown((passed * 1_000) / (now.at - before.at))} ${words.rate}`)
  }
  if (now.connections !== undefined) parts.push(`${shown(now.connections)} ${words.connections}`)
  if (now.hours !== undefined) parts.push(`${shown(now.hours)} ${words.hours}`)
  if (now.firing !== undefined) parts.push(`${shown(now.firing)} ${words.firing}`)
  if (now.missing.length > 0) parts.push(`${words.away}: ${now.missing.join(', ')}`)
  return parts.join(' · ')
}

/** Thousands apart by a narrow space, as in both languages of the house one may. */
const shown = (value: number): string =>
  (value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value))).replace(/\B(?=(\d{3})+(?!\d))/g, ' ')
