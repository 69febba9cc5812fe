// Installs the workspace where that is needed, and nothing otherwise. Plain JavaScript without dependencies: it runs on
// whatever Node the machine has, before ours (which comes with the install) is there.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import path from 'node:path'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const stamp = path.join(root, 'node_modules', '.parkpulse-stamp')
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
const wanted = createHash('sha256')
  .update(readFileSync(path.join(root, 'pnpm-lock.yaml')))
  .update(readFileSync(path.join(root, 'package.json')))
  .digest('hex')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.log('ParkPulse: installing dependencies (first run, or the lockfile changed) …')
  const done = spawnSync('npx', ['--yes', `pnpm@${manifest.config.pnpm}`, 'install', '--frozen-lockfile'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (done.status !== 0) {
    console.error(`ParkPulse: the installation failed (${done.error?.message ?? `exit code ${done.status}`}).`)
    process.exit(1)
  }
  const ours = spawnSync(path.join(root, 'node_modules', '.bin', 'node'), ['--version'], { encoding: 'utf8' })
  if (ours.status !== 0) {
    console.error(
      `ParkPulse: the Node that came with the installation does not start: ${ours.stderr ?? ours.error?.message}`,
    )
    console.error('On Debian and Ubuntu this mends it: apt-get install libatomic1')
    process.exit(1)
  }
  writeFileSync(stamp, wanted)
}
