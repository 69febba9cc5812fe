// Imported before everything else: says in one sentence that this Node is too old, instead of failing somewhere inside.

/** node:sqlite without a flag, native TypeScript, Promise.withResolvers and argon2 come with it. */
const NODE_MAJOR_MIN = 26

const major = Number(process.versions.node.split('.')[0])
if (major < NODE_MAJOR_MIN) {
  process.stderr.write(
    `ParkPulse needs Node ${NODE_MAJOR_MIN} or newer, and this is ${process.versions.node}. ` +
      `"npm start" brings its own: use that instead of calling node directly.\n`,
  )
  process.exit(1)
}
