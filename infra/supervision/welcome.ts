// What people read when the house is up: where to look, and how to ask it something.

import path from 'node:path'
import { type Config, reachableInUrl } from '@parkpulse/host'

const WORDS = {
  vi: {
    running: 'ParkPulse đang chạy.',
    api: 'API, trang web',
    docs: 'Tài liệu API',
    key: 'Khóa quản trị',
    logs: 'Nhật ký',
    ask: 'Thử hỏi',
    stop: 'Ctrl+C để dừng.',
    simulator: 'Khu công nghiệp mô phỏng đang bật (PARKPULSE_SIMULATOR=off để tắt).',
  },
  en: {
    running: 'ParkPulse is running.',
    api: 'API and page',
    docs: 'API documents',
    key: 'Administrator key',
    logs: 'Logs',
    ask: 'Ask it',
    stop: 'Ctrl+C stops it.',
    simulator: 'A simulated park is on (PARKPULSE_SIMULATOR=off turns it off).',
  },
} as const

/** The lines to print. Files are named from `cwd` where they lie below it, quoted for the shell where that is needed. */
export function welcomeLines(config: Config, cwd: string): readonly string[] {
  const words = WORDS[config.lang]
  const url = `http://${reachableInUrl(config.httpHost)}:${config.httpPort}`
  const short = (name: string) => {
    const relative = path.relative(cwd, path.join(config.data, name))
    return relative.startsWith('..') ? path.join(config.data, name) : relative
  }
  const key = short('admin.key')
  const rows = [
    [words.api, `${url}/`],
    [words.docs, `${url}/docs`],
    ['MQTT', `mqtt://${config.mqttHost}:${config.mqttPort}`],
    [words.key, key],
    [words.logs, short('logs')],
    [words.ask, `curl -H "Authorization: Bearer $(cat ${quoted(key)})" ${url}/api/v1/meters`],
  ] as const
  const table = rows.map(([name, value]) => `  ${name.padEnd(18)} ${value}`)
  return [
    '',
    words.running,
    ...table,
    ...(config.simulator === 'on' ? [`  ${words.simulator}`] : []),
    `  ${words.stop}`,
    '',
  ]
}

const quoted = (file: string): string => (/^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", `'\\''`)}'`)
