// Builds rooms whose programs a test starts as processes: processes run from dist, tests from source.
import { execFile } from 'node:child_process'
import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { REPOSITORY } from '../repository.ts'

export { REPOSITORY } from '../repository.ts'

const LOCK = join(REPOSITORY, 'node_modules', '.cache', 'cryptotalks-build.lock')
/** A lock older than this was left by a killed builder. */
const LOCK_STALE_MS = 120_000

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
    await rm(LOCK, { recursive: true, force: true })
  }
}

/** Making a folder either succeeds for one caller or fails. */
async function takeLock(): Promise<boolean> {
  try {
    await mkdir(LOCK)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const held = await stat(LOCK).catch(() => undefined)
  if (held !== undefined && Date.now() - held.mtimeMs > LOCK_STALE_MS) {
    await rm(LOCK, { recursive: true, force: true })
  }
  return false
}
