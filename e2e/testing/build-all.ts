// Brings up to date what the processes run from, so that one test file can be run by itself after a change.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { program } from '@cryptotalks/platform/repository'
import { ensureBuilt } from '@cryptotalks/platform/testing/ensure-built'

/** Compiles every room, cheap when nothing changed, and makes the API document if there is none. The site's own build is npm's. */
export async function buildAll(): Promise<void> {
  await ensureBuilt('event-store', 'write-side', 'projections', 'read-side', 'platform')
  if (!existsSync(program('platform', 'openapi.json')))
    await promisify(execFile)(process.execPath, [program('platform', 'build/make-openapi.js')])
}
