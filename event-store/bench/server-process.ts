// The servers as processes of their own, as they run in earnest.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { EventStoreDBClient } from '@eventstore/db-client'
import type { OwnContestant } from './contest.ts'

export interface ServerProcess extends OwnContestant {
  readonly readyMs: number
  stop(): Promise<void>
}

/** The official client on a server. */
export const clientOf = (connection: string): EventStoreDBClient =>
  EventStoreDBClient.connectionString(connection)

async function start(file: string, args: readonly string[]): Promise<ServerProcess> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const begun = performance.now()
  const child: ChildProcess = spawn(process.execPath, [path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const connection = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', line => {
      if (line.startsWith('READY ')) resolve(line.slice('READY '.length))
    })
    child.once('close', code => reject(new Error(`${file} ended with ${code}`)))
  })
  const readyMs = performance.now() - begun
  const client = clientOf(connection)
  return {
    client,
    pid: child.pid as number,
    readyMs,
    async stop() {
      const gone = once(child, 'close')
      child.kill('SIGTERM')
      await gone
      // It waits for calls that are over in its own time; the process needn't.
      void client.dispose()
    },
  }
}

/** Starts the store on a folder. */
export const startStore = (dir: string): Promise<ServerProcess> =>
  start('../main.js', ['--dir', dir, '--port', '0'])

/** Starts the null server, in which reads find so many events. */
export const startNothing = (events: number): Promise<ServerProcess> =>
  start('./null-server.js', [String(events)])

/** Memory of a process in MiB: all that is resident, and without the pages of files; undefined off Linux. */
export function memoryOf(pid: number): { readonly all: number; readonly own: number } | undefined {
  if (process.platform !== 'linux') return undefined
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const mebibytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024
  return { all: mebibytes('VmRSS'), own: mebibytes('RssAnon') }
}
