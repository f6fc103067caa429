// Builds the site into a folder of its own, as `npm run build` does, for tests.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { RenderPage } from '@cryptotalks/shared-kernel/http/page-renderer'

export interface SiteBuild {
  /** Holds `client` and `server`. */
  readonly dist: string
  readonly render: RenderPage
  readonly remove: () => Promise<void>
}

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const viteFolder = dirname(createRequire(import.meta.url).resolve('vite/package.json'))

/** A process of its own: the test runner's environment would make it a build for tests. */
async function build(...options: readonly string[]): Promise<void> {
  const vite = join(viteFolder, 'bin', 'vite.js')
  const env = { ...process.env, NODE_ENV: 'production' }
  await run(process.execPath, [vite, 'build', '--logLevel', 'warn', ...options], { cwd: root, env })
}

/** Builds both halves and loads the server's. Remove it afterwards. */
export async function buildSite(): Promise<SiteBuild> {
  const dist = await mkdtemp(join(tmpdir(), 'cryptotalks-site-'))
  await Promise.all([
    build('--outDir', join(dist, 'client')),
    build('--ssr', 'entry-server.tsx', '--outDir', join(dist, 'server')),
  ])
  const entry = pathToFileURL(join(dist, 'server', 'entry-server.js')).href
  const { render } = (await import(/* @vite-ignore */ entry)) as { readonly render: RenderPage }
  return { dist, render, remove: () => rm(dist, { recursive: true, force: true }) }
}
