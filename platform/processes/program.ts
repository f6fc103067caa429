// A program of ours started as a process: found by its file, ended with us, its output line by line.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { endWithParent } from './end-with-parent.ts'

export interface ProgramStart {
  /** The script that node runs. */
  readonly script: string
  readonly args?: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly onLine: (line: string, from: 'stdout' | 'stderr') => void
}

export interface Running {
  readonly pid: number
  /** Resolves with how it ended ("code 1", "SIGKILL"), after its last line was passed on. */
  readonly exited: Promise<string>
  /** Asks it to stop, kills it when it does not within `graceMs`; resolves when it has ended. */
  stop(graceMs: number): Promise<void>
  /** kill -9; resolves when it has ended. */
  kill(): Promise<void>
}

/**
 * Starts a program in a session of its own, so that a Ctrl-C in the terminal reaches us alone.
 * @throws when the system refuses to start it
 */
export async function startProgram(start: ProgramStart): Promise<Running> {
  const child = spawn(process.execPath, [start.script, ...(start.args ?? [])], {
    env: start.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', cause => reject(new Error(`Can't start ${start.script}`, { cause })))
  })
  // A signal that can't be sent any more must not end us.
  child.on('error', () => {})
  endWithParent(child, { signal: 'TERM' })
  createInterface({ input: child.stdout }).on('line', line => start.onLine(line, 'stdout'))
  createInterface({ input: child.stderr }).on('line', line => start.onLine(line, 'stderr'))
  const exited = new Promise<string>(resolve => {
    child.once('close', (code, signal) => resolve(signal ?? `code ${code}`))
  })
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await exited
  }
  return {
    pid: child.pid as number,
    exited,
    kill: () => end('SIGKILL'),
    async stop(graceMs) {
      const impatience = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await end('SIGTERM')
      clearTimeout(impatience)
    },
  }
}
