// The processes that are measured, each started as it is in earnest: by its built main file and its environment.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { endWithParent } from '@cryptotalks/platform/processes/end-with-parent'
import { REPOSITORY } from '@cryptotalks/platform/repository'

export interface StartedProcess {
  /** What it said when it was up: its port, or the connection string of an event store. */
  readonly port: number
  readonly connectionString: string
  readonly url: string
  stop(): Promise<void>
}

export interface ProcessOptions {
  readonly name: string
  /** Its main file from the repository on, such as `write-side/dist/main.js`. */
  readonly main: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Where its log goes: to a file, since a log read by the measuring process would cost what is measured. */
  readonly folder: string
}

const startWithinMilliseconds = 60_000
const stopWithinMilliseconds = 15_000

/** Starts a process and waits until it says that it listens. Throws with the end of its log when it does not. */
export async function startProcess(options: ProcessOptions): Promise<StartedProcess> {
  const logFile = join(options.folder, `${options.name}.log`)
  const log = openSync(logFile, 'w')
  const child = spawn(process.execPath, [join(REPOSITORY, options.main), ...(options.args ?? [])], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  endWithParent(child, { signal: 'TERM' })
  const said = await listening(child, logFile)
  if (said === undefined) {
    await stop(child)
    throw new Error(
      `${options.name} did not start:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`,
    )
  }
  return { ...said, stop: () => stop(child) }
}

async function listening(child: ChildProcess, logFile: string) {
  const deadline = Date.now() + startWithinMilliseconds
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    const log = readFileSync(logFile, 'utf8')
    const port = /^\{.*"msg":"listening".*\}$/m.exec(log)?.[0].match(/"port":(\d+)/)?.[1]
    const connectionString = /^READY (\S+)$/m.exec(log)?.[1]
    if (port !== undefined || connectionString !== undefined)
      return {
        port: Number(port ?? 0),
        connectionString: connectionString ?? '',
        url: `http://127.0.0.1:${port ?? 0}`,
      }
    await pause(20)
  }
  return undefined
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const impatience = setTimeout(() => child.kill('SIGKILL'), stopWithinMilliseconds)
  await ended
  clearTimeout(impatience)
}
