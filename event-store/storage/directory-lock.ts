// Keeps a second process out of a store's folder, and lets one in when the first has died.
import { linkSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FILE = 'server.lock'
/** Folders that this very process has open: its own pid in a lock file is a leftover unless the folder is here. */
const held = new Set<string>()

/** The folder is open in a living process. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse'
}

/** When the process began, where the system tells; a pid may be given to another process later. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function isHeld(owner: string, dir: string): boolean {
  const [pidText, start] = owner.split(' ')
  const pid = Number(pidText)
  if (!Number.isInteger(pid) || pid <= 0) return false
  if (pid === process.pid) return held.has(dir)
  return isAlive(pid) && (!start || startOf(pid) === undefined || startOf(pid) === start)
}

function tryLink(mine: string, lock: string): boolean {
  try {
    linkSync(mine, lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function ownerOf(lock: string): string | undefined {
  try {
    return readFileSync(lock, 'utf8')
  } catch {
    return undefined
  }
}

/** Whether a process that has died without giving the folder back had it last. */
export function isAbandoned(dir: string): boolean {
  const owner = ownerOf(join(dir, FILE))
  return owner !== undefined && !isHeld(owner, realpathSync(dir))
}

/**
 * Takes the folder for this process; returns what gives it back.
 * Throws `DirectoryInUse`, naming folder and process, while another living process has it.
 */
export function lockDirectory(path: string): () => void {
  const dir = realpathSync(path)
  const lock = join(dir, FILE)
  const mine = join(dir, `${FILE}.${process.pid}`)
  writeFileSync(mine, `${process.pid} ${startOf(process.pid) ?? ''}`)
  try {
    while (!tryLink(mine, lock)) {
      const owner = ownerOf(lock)
      if (owner === undefined) continue
      if (isHeld(owner, dir)) {
        throw new DirectoryInUse(`${dir} is in use by process ${owner.split(' ')[0]}.`)
      }
      // Moved aside before it is removed: of two processes that find it stale, only one can move it.
      const aside = `${mine}.stale`
      try {
        renameSync(lock, aside)
      } catch {
        continue
      }
      if (ownerOf(aside) !== owner) tryLink(aside, lock)
      rmSync(aside, { force: true })
    }
  } finally {
    rmSync(mine, { force: true })
  }
  held.add(dir)
  return () => {
    held.delete(dir)
    rmSync(lock, { force: true })
  }
}
