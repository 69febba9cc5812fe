// Where the simulator knocks: the doors of the installation that it was started for.

import path from 'node:path'
import { type Config, EXIT_BAD_CONFIG } from '@parkpulse/host'
import { type Options, readOptions, USAGE } from './options.ts'

export type Doors = { readonly api: string; readonly mqtt: string; readonly keyFile: string }

/** The installation of the configuration on this machine, unless the options name another. */
export function doorsOf(config: Config, { api, mqtt, keyFile }: Options): Doors {
  return {
    api: api ?? `http://${reachable(config.httpHost)}:${config.httpPort}`,
    mqtt: mqtt ?? `mqtt://${reachable(config.mqttHost)}:${config.mqttPort}`,
    keyFile: keyFile ?? path.join(config.data, 'admin.key'),
  }
}

/** An address that a server listens on, as one that a client can reach. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

/** The options, or the end of the process: 2 after all problems, 0 after `--help`. */
export function optionsOrExit(argv: readonly string[]): Options {
  if (argv.includes('--help')) {
    process.stdout.write(`${USAGE}\n`)
    process.exit(0)
  }
  const outcome = readOptions(argv)
  if (outcome.kind === 'invalid') {
    process.stderr.write(`${outcome.problems.join('\n')}\n\n${USAGE}\n`)
    process.exit(EXIT_BAD_CONFIG)
  }
  return outcome.options
}
