// A database server left behind by a launcher that was killed: found by its pid file, stopped if ours.
import { existsSync, readFileSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import {
  identityOf,
  isRunning,
  type ProcessIdentity,
  signal,
  waitUntilGone,
} from '../processes/process-identity.ts'

const LAUNCHER_FILE = 'launcher.json'

/** Notes that this process looks after the server of `dataDir`. */
export function claimCluster(dataDir: string): void {
  const identity = identityOf(process.pid)
  writeFileSync(join(dataDir, LAUNCHER_FILE), JSON.stringify(identity), { mode: 0o600 })
}

/**
 * Stops a server that a killed launcher left running on `dataDir`, and waits until it is gone.
 * @throws when the launcher of the running server still lives: two must not share a cluster
 */
export async function stopOrphan(dataDir: string): Promise<void> {
  const server = runningServer(join(dataDir, 'data'))
  if (server === undefined) return
  const launcher = readLauncher(dataDir)
  if (launcher !== undefined && launcher.pid !== process.pid && isRunning(launcher)) {
    throw new Error(
      `The database in ${dataDir} is in use: process ${launcher.pid} runs it (server ${server.pid}).`,
    )
  }
  for (const [name, patienceMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    signal(server.pid, name)
    if (await waitUntilGone(server, patienceMs)) return
  }
  throw new Error(`The database server ${server.pid} left behind in ${dataDir} can't be stopped.`)
}

function runningServer(cluster: string): ProcessIdentity | undefined {
  const pidFile = join(cluster, 'postmaster.pid')
  if (!existsSync(pidFile)) return undefined
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10)
  const identity = Number.isInteger(pid) && pid > 1 ? identityOf(pid) : undefined
  return identity !== undefined && servesCluster(pid, cluster) ? identity : undefined
}

/** The id may meanwhile belong to anybody: only a postgres working in our folder is ours. */
function servesCluster(pid: number, cluster: string): boolean {
  // Elsewhere the server's own check of its pid file has to do: it refuses to start twice.
  if (process.platform !== 'linux') return false
  try {
    const program = basename(readlinkSync(`/proc/${pid}/exe`)).replace(' (deleted)', '')
    return program === 'postgres' && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster)
  } catch {
    return false
  }
}

function readLauncher(dataDir: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, LAUNCHER_FILE), 'utf8'))
  } catch {
    return undefined
  }
}
