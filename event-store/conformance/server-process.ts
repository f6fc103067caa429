// The server as a process of its own, for tests that kill it.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ROOM = fileURLToPath(new URL('..', import.meta.url))
const MAIN = join(ROOM, 'dist', 'main.js')

/** Builds the room, so that the process is what the sources say. */
export function build(): void {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  execFileSync(process.execPath, [join(typescript, 'bin', 'tsc'), '-b', ROOM], { stdio: 'pipe' })
}

export interface ServerProcess {
  readonly process: ChildProcess
  readonly connectionString: string
  readonly port: number
  /** What it has said on stderr so far. */
  errors(): string
}

/** Starts the process and waits until it is ready. Rejects with what it said if it ends before that. */
export async function startProcess(...args: string[]): Promise<ServerProcess> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', text => {
    errors += text
  })
  const ready = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', line => {
      if (line.startsWith('READY ')) resolve(line.slice('READY '.length))
    })
    child.once('close', code => reject(new Error(`It ended with ${code}: ${errors}`)))
  })
  const connectionString = await ready
  const port = Number(/:(\d+)\?/.exec(connectionString)?.[1])
  return { process: child, connectionString, port, errors: () => errors }
}

/** Ends a process by a signal and waits until it is gone; returns its exit code. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const gone = once(child, 'close')
  child.kill(signal)
  const [code] = await gone
  return code
}
