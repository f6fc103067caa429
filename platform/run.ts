// The life of `npm start`: from the environment to a clean end, in words for people.
import { once } from 'node:events'
import { relative, resolve } from 'node:path'
import { z } from 'zod'
import { EnvironmentError, portVariable, readEnvironment } from './environment.ts'
import { StartRefused } from './processes/supervised-service.ts'
import { complain, say } from './processes/terminal.ts'
import { warningOf } from './public-url.ts'
import {
  AlreadyRunning,
  type Platform,
  type PlatformOptions,
  PortUnusable,
  startPlatform,
} from './start.ts'

const environment = z.object({
  PORT: portVariable(8080),
  HOST: z.string().default('127.0.0.1'),
  DATA_DIR: z.string().default('.data'),
  DEMO_CONTENT: z.enum(['on', 'off']).default('on'),
  HUNG_AFTER_SECONDS: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a number of seconds, 0 for never')
    .transform(Number)
    .default(15),
})

/** How often we look whether the npm we run under is still there. */
const LOOK_AT_NPM_MS = 500
/** A Ctrl-C may reach us twice, from the terminal and through npm; a second one of a person comes later. */
const SAME_REQUEST_MS = 1_000
const KILLED_BY_CTRL_C = 130

/** Runs until it is asked to stop; resolves with the exit code. */
export async function runUntilStopped(
  options: Pick<PlatformOptions, 'seed' | 'programs' | 'durable'> = {},
): Promise<number> {
  // What is written here, and by all that we start, is for our own user alone.
  process.umask(0o077)
  // Whoever reads our lines may go away; that is no reason to end without stopping the others.
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
  const asked = stopRequests()
  let platform: Platform
  let warning: string | undefined
  try {
    const { PORT: port, HOST: host, DATA_DIR, ...rest } = readEnvironment(environment)
    const dataDir = resolve(DATA_DIR)
    const near = relative(process.cwd(), dataDir)
    say(`Cryptotalks starts, its data in ${near.startsWith('..') ? dataDir : near || '.'}`)
    platform = await startPlatform({
      seed: rest.DEMO_CONTENT === 'on',
      silentMs: rest.HUNG_AFTER_SECONDS * 1_000,
      ...{ ...options, port, host, dataDir, onLine: say, signal: asked.first },
    })
    warning = warningOf({ host, publicUrl: platform.publicUrl })
  } catch (error) {
    return asked.first.aborted ? farewell() : fail(error)
  }
  say('')
  say(`Cryptotalks is running: ${platform.publicUrl}`)
  if (warning !== undefined) say(`Warning: ${warning}`)
  say('Ctrl-C stops everything.')
  say('')
  await aborted(asked.first)
  say('Stopping; Ctrl-C again kills')
  return Promise.race([
    platform.stop().then(farewell),
    aborted(asked.second)
      .then(() => platform.killAll())
      .then(() => KILLED_BY_CTRL_C),
  ])
}

function farewell(): number {
  say('Stopped. The data stays for the next start.')
  return 0
}

function fail(error: unknown): number {
  const isExpected =
    error instanceof AlreadyRunning ||
    error instanceof PortUnusable ||
    error instanceof EnvironmentError ||
    error instanceof StartRefused
  const words = error instanceof Error ? error.message : String(error)
  // Of messages that are ours we know that their lines are, too.
  if (isExpected) complain(...words.split('\n'))
  else complain(`Cryptotalks could not start: ${words}`)
  return 1
}

/** The first and the second request to stop: a signal, or the end of the npm that we run under. */
function stopRequests(): { readonly first: AbortSignal; readonly second: AbortSignal } {
  const first = new AbortController()
  const second = new AbortController()
  let firstAt = 0
  const ask = () => {
    if (!first.signal.aborted) {
      firstAt = Date.now()
      first.abort(new Error('asked to stop'))
    } else if (Date.now() - firstAt > SAME_REQUEST_MS) {
      second.abort()
    }
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, ask)
  if (process.env.npm_lifecycle_event !== undefined) whenParentEnds(ask)
  return { first: first.signal, second: second.signal }
}

/** npm hands a signal to its shell, which ends without telling us. */
function whenParentEnds(then: () => void): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    then()
  }, LOOK_AT_NPM_MS)
  timer.unref()
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}
