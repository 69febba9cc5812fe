// Where the simulator knocks: the doors of the installation that it was started for.

import { type Config, EXIT_BAD_CONFIG, placesOf, reachableInUrl } from '@parkpulse/host'
import { type Options, readOptions, USAGE } from './options.ts'

export type Doors = { readonly api: string; readonly mqtt: string; readonly keyFile: string }

/** The installation of the configuration on this machine, unless the options name another. */
export function doorsOf(config: Config, { api, mqtt, keyFile }: Options): Doors {
  return {
    api: api ?? `http://${reachableInUrl(config.httpHost)}:${config.httpPort}`,
    mqtt: mqtt ?? `mqtt://${reachableInUrl(config.mqttHost)}:${config.mqttPort}`,
    keyFile: keyFile ?? placesOf(config).adminKey,
  }
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
