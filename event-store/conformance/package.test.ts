// The package as others install it: what is in it, what it needs, and that it runs and is typed with nothing else around.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { globSync } from 'tinyglobby'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOM = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)
const manifest = JSON.parse(readFileSync(join(ROOM, 'package.json'), 'utf8'))

let root: string
let installed: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'event-store-package-'))
  const source = join(root, 'source')
  for (const name of ['package.json', 'README.md', 'LICENSE', 'bin']) {
    cpSync(join(ROOM, name), join(source, name), { recursive: true })
  }
  // The room's own dist may hold what its sources have no more, and is in use by other tests.
  const dist = join(source, 'dist')
  const output = ['--outDir', dist, '--tsBuildInfoFile', join(dist, 'tsconfig.tsbuildinfo')]
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
  execFileSync(process.execPath, [tsc, '-p', ROOM, ...output], { stdio: 'pipe' })
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', root], {
      cwd: source,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  )
  installed = join(root, 'node_modules', '@cryptotalks', 'event-store')
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['xzf', join(root, filename), '--strip-components=1', '-C', installed])
  for (const name of Object.keys(manifest.dependencies)) {
    const place = join(root, 'node_modules', name)
    mkdirSync(dirname(place), { recursive: true })
    symlinkSync(dirname(require.resolve(`${name}/package.json`)), place)
  }
}, 120_000)
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('it holds what runs, its types, and what says how: no tests, no benchmarks', () => {
  const files = globSync('**', { cwd: installed })
  for (const name of ['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'dist/main.js']) {
    expect(files).toContain(name)
  }
  expect(files.filter(name => /test|bench\/|conformance\//.test(name))).toEqual([])
})

test('it imports what comes with Node, and what it says that it depends on', () => {
  const known = Object.keys(manifest.dependencies)
  for (const file of globSync('dist/**/*.js', { cwd: installed, absolute: true })) {
    for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(/ from '([^'.][^']*)'/g)) {
      expect(from.startsWith('node:') || known.includes(from), `${file} imports ${from}`).toBe(true)
    }
  }
  expect(manifest.scripts).not.toHaveProperty('install')
  expect(manifest.scripts).not.toHaveProperty('postinstall')
})

const PROGRAM = `
import { startEventStore, type EventStoreServer } from '@cryptotalks/event-store'
const server: EventStoreServer = await startEventStore({ memory: true, port: 0 })
const ping = await fetch(server.connectionString.replace('esdb', 'http').replace(/\\?.*/, '/ping'))
server.reset()
await server.stop()
console.log(ping.status)
`

test('it starts, is emptied and stops from another project, whose compiler knows its types', () => {
  writeFileSync(join(root, 'program.mts'), PROGRAM)
  const typescript = dirname(require.resolve('typescript/package.json'))
  const types = join(dirname(require.resolve('@types/node/package.json')), '..')
  const flags = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node']
  execFileSync(
    process.execPath,
    [join(typescript, 'bin', 'tsc'), ...flags, '--typeRoots', types, join(root, 'program.mts')],
    { cwd: root, stdio: 'pipe' },
  )
  const out = execFileSync(process.execPath, [join(root, 'program.mjs')], { encoding: 'utf8' })
  expect(out.trim()).toBe('200')
})

const command = (folder: string) => join(folder, manifest.bin['cryptotalks-event-store'])

test('its command runs from there, too', () => {
  expect(execFileSync(command(installed), ['--help'], { encoding: 'utf8' })).toContain('--dir')
})

test('a clone that is not built has its command, which says what to do: npm asks no registry for it', () => {
  const clone = join(root, 'clone')
  const listed = execFileSync('git', ['ls-files', '--stage', '.'], { cwd: ROOM, encoding: 'utf8' })
  const files = listed
    .trim()
    .split('\n')
    .map(line => line.split('\t') as [string, string])
  const bin = manifest.bin['cryptotalks-event-store'].slice(2)
  // As git would check it out: executable, and nothing of a build beside it.
  expect(files.find(([, path]) => path === bin)?.[0]).toMatch(/^100755 /)
  expect(files.filter(([, path]) => path.startsWith('dist/'))).toEqual([])
  cpSync(join(ROOM, 'bin'), join(clone, 'event-store', 'bin'), { recursive: true })
  const workspace = join(clone, 'event-store', 'package.json')
  writeFileSync(workspace, JSON.stringify({ ...manifest, dependencies: {}, devDependencies: {} }))
  const project = { name: 'clone', private: true, workspaces: ['event-store'] }
  writeFileSync(join(clone, 'package.json'), JSON.stringify(project))
  const npm = { cwd: clone, encoding: 'utf8', env: { ...process.env, npm_config_offline: 'true' } }
  spawnSync('npm', ['install', '--ignore-scripts'], npm as object)
  const ran = spawnSync('npx', ['--no-install', 'cryptotalks-event-store', '--help'], npm as object)
  expect([ran.status, String(ran.stderr).trim()]).toEqual([
    1,
    'The event store is not built yet: run "npm run build" in the folder of the repository first.',
  ])
})
