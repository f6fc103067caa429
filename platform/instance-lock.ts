// One running Cryptotalks a data folder: a lock that a killed one can't leave closed, nor its processes running.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  identityOf,
  isRunning,
  type ProcessIdentity,
  signal,
  waitUntilGone,
} from './processes/process-identity.ts'

export interface InstanceLock {
  /** Notes the processes that run now, for whoever comes after a kill -9 of this one. */
  noteProcesses(pids: readonly number[]): void
  release(): void
}

/** Another instance runs on the same data folder. */
export class AlreadyRunning extends Error {
  override readonly name = 'AlreadyRunning'
  readonly url: string

  constructor(dataDir: string, url: string, pid: number) {
    super(`Cryptotalks already runs on ${dataDir}: ${url} (process ${pid}).`)
    this.url = url
  }
}

interface Holder {
  readonly supervisor: ProcessIdentity
  readonly url: string
}

const STOP_WITHIN_MS = 15_000
/** Others may take over the same stale lock at the same time; each try settles one of them. */
const TRIES = 10

/**
 * Takes the data folder for this process. The lock of a killed instance is taken over, after what it
 * left running has ended.
 * @throws AlreadyRunning
 */
export async function lockInstance(dataDir: string, url: string): Promise<InstanceLock> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const lockFile = join(dataDir, 'running.json')
  const processesFile = join(dataDir, 'processes.json')
  const supervisor = identityOf(process.pid)
  if (supervisor === undefined) throw new Error('This system does not tell when we started')
  const holder: Holder = { supervisor, url }

  for (let attempt = 0; !tryLock(lockFile, holder); attempt++) {
    const text = readIfThere(lockFile)
    if (text === undefined) continue
    const other = parseHolder(text)
    if (attempt >= TRIES || (other !== undefined && isRunning(other.supervisor))) {
      throw new AlreadyRunning(dataDir, other?.url ?? 'unknown', other?.supervisor.pid ?? 0)
    }
    removeStale(lockFile, text)
  }
  await endLeftovers(processesFile)
  return {
    noteProcesses(pids) {
      const identities = pids.map(identityOf).filter(identity => identity !== undefined)
      writeFileSync(processesFile, JSON.stringify(identities), { mode: 0o600 })
    },
    release() {
      rmSync(processesFile, { force: true })
      rmSync(lockFile, { force: true })
    },
  }
}

/** A link to a finished file appears whole or not at all, and never over another. */
function tryLock(lockFile: string, holder: Holder): boolean {
  const draft = `${lockFile}.${process.pid}`
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 })
  try {
    linkSync(draft, lockFile)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Removes the lock if it is still the one we judged: somebody may have taken over before us. */
function removeStale(lockFile: string, judged: string): void {
  const aside = `${lockFile}.${process.pid}.stale`
  try {
    renameSync(lockFile, aside)
    if (readFileSync(aside, 'utf8') !== judged) linkSync(aside, lockFile)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

/** What the killed instance started: asked to stop, then killed. */
async function endLeftovers(processesFile: string): Promise<void> {
  const text = readIfThere(processesFile)
  if (text === undefined) return
  const leftovers = parseIdentities(text).filter(isRunning)
  for (const { pid } of leftovers) signal(pid, 'SIGTERM')
  for (const leftover of leftovers) {
    if (await waitUntilGone(leftover, STOP_WITHIN_MS)) continue
    signal(leftover.pid, 'SIGKILL')
    await waitUntilGone(leftover, STOP_WITHIN_MS)
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function parseIdentities(text: string): readonly ProcessIdentity[] {
  try {
    return JSON.parse(text)
  } catch {
    // Cut off by the kill: the watchers of its processes end them, and the stores' locks hold.
    return []
  }
}
