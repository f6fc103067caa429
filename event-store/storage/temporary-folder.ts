// The folders of stores that last only as long as their processes; one that was killed leaves its folder behind.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAbandoned } from './directory-lock.ts'

const PREFIX = 'event-store-memory-'

/** Makes a folder for a store that needn't outlive the process, and removes those that killed processes left. */
export function makeTemporaryFolder(among = tmpdir()): string {
  for (const entry of readdirSync(among, { withFileTypes: true })) {
    if (!entry.isDirectory() || !entry.name.startsWith(PREFIX)) continue
    removeIfAbandoned(join(among, entry.name))
  }
  return mkdtempSync(join(among, PREFIX))
}

/** Another user's may not be removed, and two that start at once may meet at the same one. */
function removeIfAbandoned(folder: string): void {
  try {
    if (isAbandoned(folder)) rmSync(folder, { recursive: true, force: true })
  } catch {
    // It is left to somebody who may.
  }
}
