// Ends a process whose event loop stands still, so that whoever supervises it, also a container's runtime, starts a fresh one.
import { Worker } from 'node:worker_threads'

export interface StallWatchOptions {
  /** The process' name, for its last words. */
  readonly name: string
  readonly stalledSeconds?: number
}

const beatMilliseconds = 1_000
/** Longer than any work of ours between two turns of the event loop, and than the supervisor of npm start waits. */
const defaultStalledSeconds = 30

/*
 * Runs in a thread of its own, which has no event loop in common with the one that it watches. Whoever looks late itself
 * (a machine that slept, a paused container) has nothing to say of others.
 */
const watcher = `
const { workerData } = require('node:worker_threads')
const { beats, everyMs, looks, lastWords } = workerData
let seen = -1
let still = 0
let lookedAt = performance.now()
setInterval(() => {
  const late = performance.now() - lookedAt > 2 * everyMs
  lookedAt = performance.now()
  const count = Atomics.load(beats, 0)
  still = late || count !== seen ? 0 : still + 1
  seen = count
  if (still < looks) return
  try {
    require('node:fs').writeSync(2, lastWords)
  } finally {
    process.kill(process.pid, 'SIGKILL')
  }
}, everyMs)
`

/** Watches from now on; nothing has to be stopped. Under a debugger, where standing still is wanted, it does not watch. */
export function endWhenStalled({ name, stalledSeconds }: StallWatchOptions): void {
  if (process.execArgv.some(option => option.startsWith('--inspect'))) return
  const seconds = stalledSeconds ?? defaultStalledSeconds
  const beats = new Int32Array(new SharedArrayBuffer(4))
  setInterval(() => Atomics.add(beats, 0, 1), beatMilliseconds).unref()
  const lastWords = `${JSON.stringify({
    level: 'fatal',
    name,
    msg: `the event loop stood still for ${seconds} s: the process ends, to be started again`,
  })}\n`
  const looks = Math.max(1, Math.ceil((seconds * 1_000) / beatMilliseconds))
  const worker = new Worker(watcher, {
    eval: true,
    workerData: { beats, looks, lastWords, everyMs: beatMilliseconds },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
  })
  // Without it the process merely stays as it is when it stalls.
  worker.on('error', () => {})
  worker.unref()
}
