// The configuration: parsed whole from the environment at the start of a process, with all its problems at once, and frozen.

import type { z } from 'zod'
import { environment, type Setting } from './environment.ts'

export type Config = { readonly [S in Setting]: z.output<(typeof environment)[S]['schema']> }

export type ConfigOutcome =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] }

/** What `sysexits` calls a usage error: the same environment will fail again, so nobody should restart us for it. */
export const EXIT_BAD_CONFIG = 2

/** Reads every `PARKPULSE_*` variable. An empty value counts as absent (compose files write those); an unknown name is a problem. */
export function readConfig(env: NodeJS.ProcessEnv): ConfigOutcome {
  const problems: string[] = []
  const known = new Set<string>(Object.values(environment).map((row) => row.name))
  for (const name of Object.keys(env)) {
    if (name.startsWith('PARKPULSE_') && !known.has(name)) problems.push(`${name}: no such setting`)
  }
  const config: Record<string, unknown> = {}
  for (const [setting, { name, standard, schema }] of Object.entries(environment)) {
    const given = env[name]
    const parsed = schema.safeParse(given === undefined || given === '' ? standard : given)
    if (parsed.success) config[setting] = parsed.data
    else
      problems.push(...parsed.error.issues.slice(0, 1).map((issue) => `${name}: ${issue.message}, not ${shown(given)}`))
  }
  if (config['mqttPort'] !== 0 && config['mqttPort'] === config['httpPort']) {
    problems.push(`${environment.httpPort.name}: MQTT is on port ${String(config['mqttPort'])} already`)
  }
  if (problems.length > 0) return { kind: 'invalid', problems }
  return { kind: 'config', config: Object.freeze(config as Config) }
}

/** Whatever was given may hold a password (a database URL), so nothing behind a `://` is repeated. */
const shown = (value: string | undefined): string =>
  JSON.stringify(value ?? '')
    .replace(/:\/\/.*"/, '://…"')
    .slice(0, 80)

/** The configuration for people: one setting a line. */
export function describeConfig(config: Config): string {
  const lines = Object.entries(environment).map(([setting, { name }]) => `${name}=${config[setting as Setting]}`)
  return lines.join('\n')
}

/**
 * The configuration, or the end of the process: exit 2 after printing all problems to stderr; with `--check-config` among the
 * arguments, exit 0 after printing the configuration.
 */
export function configOrExit(env: NodeJS.ProcessEnv, argv: readonly string[]): Config {
  const outcome = readConfig(env)
  if (outcome.kind === 'invalid') {
    process.stderr.write(`The configuration is not valid:\n${outcome.problems.map((line) => `  ${line}\n`).join('')}`)
    process.exit(EXIT_BAD_CONFIG)
  }
  if (argv.includes('--check-config')) {
    process.stdout.write(`${describeConfig(outcome.config)}\n`)
    process.exit(0)
  }
  return outcome.config
}
