// `npm start`: everything on one machine, one URL, until Ctrl-C.

const OLDEST_NODE = [20, 19] as const
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  console.error(
    `Cryptotalks needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.version}.`,
  )
  process.exit(1)
}
// Only now: an older Node would stumble over the program itself, with words that help nobody.
const { runUntilStopped } = await import('./run.ts')
process.exit(await runUntilStopped())
