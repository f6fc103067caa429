// Builds rooms whose programs a test starts as processes: processes run from dist, tests from source.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { link, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { identityOf, isRunning, type ProcessIdentity } from '../processes/process-identity.ts'
import { REPOSITORY } from '../repository.ts'

export { REPOSITORY } from '../repository.ts'

const LOCK = join(REPOSITORY, 'node_modules', '.cache', 'cryptotalks-build.lock.json')

/**
 * Brings `dist` of these rooms (folder names) up to date, in some 100 ms when they already are.
 * Concurrent callers, also of other processes, build one after the other.
 * @throws with the compiler's words when a room does not compile
 */
export async function ensureBuilt(...rooms: readonly string[]): Promise<void> {
  const tsc = join(REPOSITORY, 'node_modules', 'typescript', 'bin', 'tsc')
  await withLock(async () => {
    try {
      await promisify(execFile)(process.execPath, [tsc, '-b', ...rooms], { cwd: REPOSITORY })
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string }
      throw new Error(`${rooms.join(', ')} could not be built:\n${stdout ?? ''}${stderr ?? ''}`, {
        cause: error,
      })
    }
  })
}

async function withLock(work: () => Promise<void>): Promise<void> {
  await mkdir(dirname(LOCK), { recursive: true })
  while (!(await takeLock())) await new Promise(resolve => setTimeout(resolve, 50))
  try {
    await work()
  } finally {
    await rm(LOCK, { force: true })
  }
}

/** A link that must not be there yet is made by one caller only; what it leads to says who that is. */
async function takeLock(): Promise<boolean> {
  const own = `${LOCK}.${process.pid}`
  await writeFile(own, JSON.stringify(identityOf(process.pid)))
  try {
    await link(own, LOCK)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(own, { force: true })
  }
  const holder = lockHolder()
  // Left by a builder that was killed.
  if (holder && !isRunning(holder)) await rm(LOCK, { force: true })
  return false
}

/** Undefined when it was just given back. */
function lockHolder(): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(LOCK, 'utf8'))
  } catch {
    return undefined
  }
}
