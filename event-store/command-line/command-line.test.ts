// The command line as people type it: help, what can't be read, a backup beside a running server, and what verify finds.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { EventStoreDBClient } from '@eventstore/db-client'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { events, labels } from '../conformance/harness.ts'
import { build, end, type ServerProcess, startProcess } from '../conformance/server-process.ts'

const MAIN = join(fileURLToPath(new URL('..', import.meta.url)), 'dist', 'main.js')

let root: string
let running: ServerProcess[]
let clients: EventStoreDBClient[]
beforeAll(build, 120_000)
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'event-store-command-line-'))
  running = []
  clients = []
})
afterEach(async () => {
  for (const client of clients) await client.dispose()
  for (const { process } of running) await end(process, 'SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

const folder = (name: string) => join(root, name)

interface Ended {
  readonly code: number
  readonly out: string
  readonly errors: string
}

async function run(...args: string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN, ...args])
    return { code: 0, out: stdout, errors: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, out: stdout, errors: stderr }
  }
}

async function serve(name: string): Promise<EventStoreDBClient> {
  const server = await startProcess('--dir', folder(name), '--port', '0')
  running.push(server)
  const client = EventStoreDBClient.connectionString(server.connectionString)
  clients.push(client)
  return client
}

async function stopAll(): Promise<void> {
  for (const client of clients.splice(0)) await client.dispose()
  for (const { process } of running.splice(0)) expect(await end(process, 'SIGTERM')).toBe(0)
}

test('what is to be switched on is on when the command line says so', async () => {
  const flags = ['--enable-atom-pub-over-http', '--commit-timeout-ms', '60000']
  const server = await startProcess('--memory', '--port', '0', ...flags)
  running.push(server)
  const answer = await fetch(`http://127.0.0.1:${server.port}/streams/s`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'es-eventtype': 't' },
    body: '{}',
  })
  // Node follows the address that it is sent on to.
  expect([answer.status, answer.redirected]).toEqual([201, true])
})

test('--help says what there is, whatever else is said', async () => {
  for (const args of [['--help'], ['verify', '--help'], ['--port', 'x', '--help']]) {
    const { code, out } = await run(...args)
    expect(code).toBe(0)
    for (const word of ['--dir', '--memory', '--port', '--self-signed', 'backup', 'verify']) {
      expect(out).toContain(word)
    }
  }
})

test.each<[string, string[], string]>([
  ['nothing', [], 'Either --dir or --memory is needed.'],
  ['a port that is no number', ['--memory', '--port', 'x'], '--port x is not a port.'],
  ['a port that is too large', ['--memory', '--port', '65536'], '--port 65536 is not a port.'],
  ['a port below zero', ['--memory', '--port=-1'], '--port -1 is not a port.'],
  ['both places', ['--memory', '--dir', 'x'], 'Either --dir or --memory is needed.'],
  ['an option that is not known', ['--memory', '--colour'], "Unknown option '--colour'"],
  ['a key alone', ['--memory', '--key', 'x'], '--cert and --key are needed together.'],
  [
    'a time-out that is no number',
    ['--memory', '--commit-timeout-ms', 'x'],
    '--commit-timeout-ms x is no number of milliseconds.',
  ],
  [
    'a time-out of nothing',
    ['--memory', '--commit-timeout-ms', '0'],
    '--commit-timeout-ms 0 is no number of milliseconds.',
  ],
  [
    'a time-out longer than timers go',
    ['--memory', '--commit-timeout-ms', '2147483648'],
    '--commit-timeout-ms 2147483648 is no number of milliseconds.',
  ],
  ['all projections', ['--memory', '--run-projections', 'all'], 'others are not offered'],
  ['a command that is not known', ['compact'], 'There is no command "compact".'],
  ['a backup to nowhere', ['backup', '--dir', 'x'], '--to is needed.'],
])('%s is refused in words, with code 2', async (_, args, words) => {
  const { code, errors } = await run(...args)
  expect(code).toBe(2)
  expect(errors).toContain(words)
  expect(errors).toContain('--help')
})

test('a port and a folder that are in use are named', async () => {
  await serve('store')
  const port = new URL((running[0] as ServerProcess).connectionString).port
  const onPort = await run('--memory', '--port', port)
  expect(onPort).toMatchObject({ code: 1, errors: expect.stringContaining(`Port ${port} on`) })
  const onFolder = await run('--dir', folder('store'), '--port', '0')
  expect(onFolder).toMatchObject({ code: 1, errors: expect.stringContaining('is in use by') })
})

test('a backup beside a running server is verified, restored, and served', async () => {
  const client = await serve('store')
  const names = Array.from({ length: 200 }, (_, i) => String(i))
  await client.appendToStream('before', events(...names))
  let isOver = false
  const writing = (async () => {
    while (!isOver) await client.appendToStream('meanwhile', events('x'))
  })()
  const backedUp = await run('backup', '--dir', folder('store'), '--to', folder('copy'))
  isOver = true
  await writing
  expect(backedUp).toMatchObject({ code: 0, out: expect.stringContaining('is copied to') })
  const restored = await run('restore', '--from', folder('copy'), '--dir', folder('restored'))
  expect(restored).toMatchObject({ code: 0, out: expect.stringContaining('as it was written') })
  await stopAll()
  const again = await serve('restored')
  expect(await labels(again.readStream('before'))).toEqual(names.map(name => `${name}:${name}`))
  await again.appendToStream('before', events('200'))
})

test('a backup is made only into an empty folder, and only of a store', async () => {
  await serve('store')
  const full = await run('backup', '--dir', folder('store'), '--to', folder('store'))
  expect(full).toMatchObject({ code: 1, errors: expect.stringContaining('is not empty') })
  const nothing = await run('backup', '--dir', root, '--to', folder('copy'))
  expect(nothing).toMatchObject({ code: 1, errors: expect.stringContaining('holds no store') })
})

test('verify names damage, and what is damaged is not restored', async () => {
  const client = await serve('store')
  for (let i = 0; i < 20; i++) await client.appendToStream(`s-${i % 3}`, events('x', 'y'))
  const inUse = await run('verify', '--dir', folder('store'))
  expect(inUse).toMatchObject({ code: 1, errors: expect.stringContaining('is in use by') })
  await stopAll()
  const sound = await run('verify', '--dir', folder('store'))
  expect(sound).toMatchObject({ code: 0, out: expect.stringMatching(/\d+ events of \d+ streams/) })
  const log = folder('store/log')
  const path = join(log, readdirSync(log)[0] as string)
  const bytes = readFileSync(path)
  const middle = Math.floor(bytes.length / 2)
  bytes[middle] = (bytes[middle] as number) ^ 1
  writeFileSync(path, bytes)
  const damaged = await run('verify', '--dir', folder('store'))
  expect(damaged.code).toBe(1)
  expect(damaged.errors).toMatch(/record at position \d+ is damaged/)
  const refused = await run('restore', '--from', folder('store'), '--dir', folder('new'))
  expect(refused.code).toBe(1)
})

test('a store that can not be opened for damage is left as it is, and is named with what to do', async () => {
  const client = await serve('store')
  for (let i = 0; i < 20; i++) await client.appendToStream('s', events('x', 'y'))
  await stopAll()
  const log = folder('store/log')
  const path = join(log, readdirSync(log)[0] as string)
  const bytes = readFileSync(path)
  // The newest record, which every start looks at: it is whole, so that no kill can have broken it off.
  const newest = bytes.findLastIndex(byte => byte !== 0) - 20
  bytes[newest] = (bytes[newest] as number) ^ 1
  writeFileSync(path, bytes)
  const refused = await run('--dir', folder('store'), '--port', '0')
  expect(refused.code).toBe(1)
  expect(refused.errors).toMatch(/record at position \d+ is damaged/)
  expect(refused.errors).toContain(folder('store'))
  expect(refused.errors).toContain('put a backup in its place')
  expect(readFileSync(path).equals(bytes)).toBe(true)
})
