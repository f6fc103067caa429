// The data folder is for its owner alone: what others may look into is closed to them when we start.
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where the database can't be started from inside its folder, its own user has to pass through those above it. */
const PASSED_THROUGH = process.getuid?.() === 0 && process.platform !== 'linux'
const OTHERS = PASSED_THROUGH ? 0o066 : 0o077
/** What tells a folder of ours from any other that somebody may name by mistake, such as a home folder. */
const OURS = ['running.json', 'master.key', 'event-store', 'postgres', 'keyring', 'logs']

/**
 * Makes the folder if it is missing, and takes from group and others what they may do with it and with all that is in it. A
 * folder that holds nothing of ours is left as it is: what we add there is closed by itself.
 */
export function makePrivate(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o777 & ~OTHERS })
  const names = readdirSync(dataDir)
  if (names.length > 0 && !OURS.some(name => names.includes(name))) return
  close(dataDir)
}

function close(path: string): void {
  const stat = lstatSync(path)
  if (stat.isSymbolicLink()) return
  if ((stat.mode & OTHERS) !== 0) chmodSync(path, stat.mode & ~OTHERS & 0o777)
  if (!stat.isDirectory() || isCluster(path)) return
  for (const name of readdirSync(path)) close(join(path, name))
}

/** PostgreSQL sees to what is in its own folder, and starts only where that is closed. */
const isCluster = (path: string): boolean => existsSync(join(path, 'PG_VERSION'))
