// The whole platform with real stores and stand-ins for the rooms' processes.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freePort } from './processes/free-port.ts'
import {
  identityOf,
  isRunning,
  type ProcessIdentity,
  waitUntilGone,
} from './processes/process-identity.ts'
import { program } from './repository.ts'
import { type Platform, type PlatformOptions, startPlatform } from './start.ts'
import { ensureBuilt } from './testing/ensure-built.ts'

const fixture = program('platform', 'testing/fixtures/service.js')
/** As `npm start` does after its build, with stand-ins for the rooms. */
const runner = program('platform', 'testing/fixtures/run.js')
const programs = {
  projections: fixture,
  'write-side': fixture,
  'rates-feed': fixture,
  'read-side': fixture,
}
const folders: string[] = []
const cleanups: (() => unknown)[] = []
let dataDir: string

beforeAll(() => ensureBuilt('platform', 'event-store'))
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'platform-'))
  folders.push(dataDir)
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

async function start(options: Partial<PlatformOptions> = {}): Promise<Platform> {
  const platform = await startPlatform({
    ...{ dataDir, programs, seed: false, durable: false },
    ...options,
  })
  cleanups.push(() => platform.stop())
  return platform
}

const identities = ({ processes }: Platform): ProcessIdentity[] =>
  Object.values(processes).map(({ pid }) => identityOf(pid as number) as ProcessIdentity)

const commandsIn = (file: string): { key: string; url: string; body: string }[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line))
    : []

describe('the platform', { timeout: 120_000 }, () => {
  test('brings up every process behind one URL and ends them all', async () => {
    const platform = await start({ env: { FIXTURE_SETTING: 'passed on' } })
    expect(Object.keys(platform.processes).toSorted()).toEqual([
      ...['event-store', 'gateway', 'keyring', 'postgres', 'projections'],
      ...['rates-feed', 'read-side', 'write-side'],
    ])
    const { 'read-side': readSide, 'write-side': writeSide } = platform.processes
    const read = await (await fetch(platform.url)).json()
    const written = await (await fetch(platform.url, { method: 'POST' })).json()
    expect(read).toEqual({ pid: readSide?.pid, env: 'passed on' })
    expect(written).toEqual({ pid: writeSide?.pid, env: 'passed on' })

    const all = identities(platform)
    await platform.stop()
    expect(all.filter(isRunning)).toEqual([])
    expect(existsSync(join(dataDir, 'running.json'))).toBe(false)
  })

  test('restarts what is killed, the stores as well, and keeps their data', async () => {
    const { eventStoreUrl, processes } = await start()
    const client = EventStoreDBClient.connectionString(eventStoreUrl)
    cleanups.push(() => client.dispose())
    await client.appendToStream('note-1', jsonEvent({ type: 'noted', data: { n: 1 } }))
    for (const process of Object.values(processes)) {
      await process.kill()
      await process.untilReady()
    }
    const after = EventStoreDBClient.connectionString(eventStoreUrl)
    cleanups.push(() => after.dispose())
    const seen: unknown[] = []
    for await (const { event } of after.readStream('note-1')) seen.push(event?.data)
    expect(seen).toEqual([{ n: 1 }])
  })

  test('keeps its master key, and starts on no data without it', async () => {
    const first = await start()
    await first.stop()
    const second = await start()
    expect(second.masterKey).toBe(first.masterKey)
    expect(Buffer.from(first.masterKey, 'base64')).toHaveLength(32)
    await second.stop()
    rmSync(join(dataDir, 'master.key'))
    await expect(start()).rejects.toThrow(/master\.key is missing/)
    writeFileSync(join(dataDir, 'master.key'), 'cut off')
    await expect(start()).rejects.toThrow(/master\.key does not hold a key/)
    await expect(start({ env: { MASTER_KEY: 'no key' } })).rejects.toThrow(/^MASTER_KEY is not/)
  })

  test('starts no store of its own where it is given one', async () => {
    const given = await start()
    const other = await startPlatform({
      dataDir: join(dataDir, 'other'),
      programs,
      seed: false,
      durable: false,
      env: {
        EVENTSTORE_URL: given.eventStoreUrl,
        DATABASE_URL: given.databaseUrl,
        KEYRING_URL: given.keyringUrl,
      },
    })
    cleanups.push(() => other.stop())
    expect(other.databaseUrl).toBe(given.databaseUrl)
    expect(Object.keys(other.processes)).not.toContain('postgres')
    expect(Object.keys(other.processes)).not.toContain('keyring')
    expect(Object.keys(other.processes)).not.toContain('event-store')
  })

  test('names a port that is in use, and leaves nothing running', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanups.push(() => server.close())
    const { port } = server.address() as AddressInfo
    await expect(start({ port })).rejects.toThrow(`Port ${port} is in use`)
    expect(existsSync(join(dataDir, 'running.json'))).toBe(false)
  })

  test('says which process does not get ready, and ends the others', async () => {
    const env = { FIXTURE_BEHAVIOUR: 'dies' }
    await expect(start({ env })).rejects.toThrow(/died 4 times.*no such setting/)
    expect(existsSync(join(dataDir, 'processes.json'))).toBe(false)
  })

  test('writes the demo content once, and finishes it when it was cut off', async () => {
    const commands = join(dataDir, 'commands')
    const env = { FIXTURE_COMMANDS: commands }
    await (await start({ env, seed: true })).stop()
    const first = commandsIn(commands)
    const posts = first.filter(({ url }) => url === '/api/posts')
    expect(posts).toHaveLength(36)
    expect(new Set(posts.map(({ key }) => key)).size).toBe(36)

    await (await start({ env, seed: true })).stop()
    expect(commandsIn(commands)).toHaveLength(first.length)

    writeFileSync(join(dataDir, 'demo-content'), 'begun')
    await (await start({ env, seed: true })).stop()
    const again = commandsIn(commands).slice(first.length)
    expect(again.filter(({ url }) => url === '/api/posts')).toEqual(posts)
  })

  test('leaves a log alone that already has a user', async () => {
    const commands = join(dataDir, 'commands')
    const first = await start()
    const client = EventStoreDBClient.connectionString(first.eventStoreUrl)
    await client.appendToStream('user-1', jsonEvent({ type: 'UserRegistered', data: {} }))
    await client.dispose()
    await first.stop()
    await start({ seed: true, env: { FIXTURE_COMMANDS: commands } })
    expect(commandsIn(commands)).toEqual([])
  })
})

describe('npm start', { timeout: 120_000 }, () => {
  function npmStart(port: number): { readonly child: ChildProcess; readonly said: () => string } {
    const child = spawn(process.execPath, [runner], {
      env: { PATH: process.env.PATH, PORT: String(port), DATA_DIR: dataDir },
    })
    let said = ''
    child.stdout.on('data', chunk => {
      said += chunk
    })
    child.stderr.on('data', chunk => {
      said += chunk
    })
    cleanups.push(async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
    })
    return { child, said: () => said }
  }

  function untilSaid({ child, said }: ReturnType<typeof npmStart>, words: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (words.test(said())) resolve()
      }
      child.stdout?.on('data', look)
      child.once('exit', code => reject(new Error(`It ended with ${code}: ${said()}`)))
      look()
    })
  }

  test('prints one URL, tells a second start of it, and ends cleanly on Ctrl-C', async () => {
    const port = await freePort()
    const first = npmStart(port)
    await untilSaid(first, /is running: http:\/\/localhost:\d+/)
    expect(first.said().match(/http:\/\/localhost/g)).toHaveLength(1)

    const second = npmStart(port)
    const [code] = await once(second.child, 'close')
    expect([code, second.said()]).toEqual([
      1,
      expect.stringContaining(`already runs on ${dataDir}: http://localhost:${port}`),
    ])

    const pids = processIds()
    first.child.kill('SIGINT')
    const [ended] = await once(first.child, 'close')
    expect([ended, first.said()]).toEqual([0, expect.stringContaining('Stopped.')])
    expect(pids.filter(isRunning)).toEqual([])
  })

  test('stops cleanly also when asked in the middle of its start', async () => {
    const run = npmStart(await freePort())
    await untilSaid(run, /event-store +ready/)
    run.child.kill('SIGTERM')
    const [code] = await once(run.child, 'close')
    expect([code, run.said()]).toEqual([0, expect.stringContaining('Stopped.')])
  })

  test('ends with the shell that npm started it by, having warned of an address without TLS', async () => {
    const shell = spawn('sh', ['-c', '"$0" "$1"; true', process.execPath, runner], {
      env: {
        ...{ PATH: process.env.PATH, npm_lifecycle_event: 'start' },
        ...{ PORT: String(await freePort()), DATA_DIR: dataDir },
        PUBLIC_URL: 'http://forum.lan',
      },
    })
    let said = ''
    const running = new Promise<void>(resolve => {
      shell.stdout.on('data', chunk => {
        said += chunk
        if (said.includes('is running')) resolve()
      })
    })
    await running
    const left = processIds()
    const silence = once(shell.stdout, 'close')
    shell.kill('SIGKILL')
    await silence
    expect(said).toContain('Stopped.')
    expect(said).toContain('Warning: Nobody can stay signed in at http://forum.lan:')
    expect(left.filter(isRunning)).toEqual([])
  })

  test('leaves no process behind when it is killed, and the next start takes over', async () => {
    const port = await freePort()
    const first = npmStart(port)
    await untilSaid(first, /is running/)
    const left = processIds()
    expect(left.length).toBeGreaterThan(4)
    first.child.kill('SIGKILL')
    const second = npmStart(port)
    await untilSaid(second, /is running/)
    expect(await Promise.all(left.map(process => waitUntilGone(process, 20_000)))).not.toContain(
      false,
    )
  })

  const processIds = (): ProcessIdentity[] =>
    JSON.parse(readFileSync(join(dataDir, 'processes.json'), 'utf8'))
})
