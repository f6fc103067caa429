// The embedded PostgreSQL: start, stop, orphans, hidden folders, data that survives.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts'
import { locatePostgresPackage, prepareBinaries } from './postgres/binaries.ts'
import { serverUser } from './postgres/server-user.ts'
import { freePort } from './processes/free-port.ts'
import { identityOf, isRunning, signal, waitUntilGone } from './processes/process-identity.ts'
import { program } from './repository.ts'
import { postgresService } from './services.ts'
import { ensureBuilt } from './testing/ensure-built.ts'

const asRoot = process.getuid?.() === 0
const cleanups: (() => void | Promise<void>)[] = []

beforeAll(() => ensureBuilt('platform'))

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** mkdtemp makes folders that only we may enter: to root's database user they are hidden. */
function hiddenFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-postgres-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function start(dataDir: string): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir })
  cleanups.push(() => server.stop())
  return server
}

async function query(server: { readonly connectionString: string }, sql: string) {
  const client = new pg.Client({ connectionString: server.connectionString })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

describe('the embedded PostgreSQL', { timeout: 120_000 }, () => {
  test('makes no empty one in place of what can not be made anew, and goes on once that is put back', async () => {
    const dataDir = join(hiddenFolder(), 'keyring')
    let connectionString = ''
    const onConnectionString = (url: string) => {
      connectionString = url
    }
    const port = await freePort()
    const service = postgresService({
      name: 'keyring',
      dataDir,
      port,
      durable: false,
      onConnectionString,
    })
    const first = (await service.launch()) as EmbeddedPostgres
    cleanups.push(() => first.stop())
    await query({ connectionString }, 'CREATE TABLE kept AS SELECT 7 AS n')
    await first.stop()
    renameSync(join(dataDir, 'data'), join(dataDir, 'backup'))

    await expect(service.launch()).rejects.toThrow(`put ${dataDir} back from its newest backup`)
    expect(existsSync(join(dataDir, 'data'))).toBe(false)

    renameSync(join(dataDir, 'backup'), join(dataDir, 'data'))
    const again = (await service.launch()) as EmbeddedPostgres
    cleanups.push(() => again.stop())
    expect(await query({ connectionString }, 'SELECT n FROM kept')).toEqual([{ n: 7 }])
  })

  test('keeps its data over a stop and a kill, in a folder hidden from its user', async () => {
    const dataDir = join(hiddenFolder(), 'postgres')
    const first = await start(dataDir)
    await query(first, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)')
    await first.stop()
    const second = await start(dataDir)
    await query(second, 'INSERT INTO kept VALUES (2)')
    await second.kill()
    const third = await start(dataDir)
    expect(await query(third, 'SELECT n FROM kept ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }])
  })

  test('is durable, asks for its password, listens on the loopback address only', async () => {
    const dataDir = join(hiddenFolder(), 'postgres')
    const server = await start(dataDir)
    expect(
      await query(
        server,
        `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS sync,
                current_setting('listen_addresses') AS addresses,
                current_setting('unix_socket_directories') AS sockets, lower('ÄΩ') AS lowered`,
      ),
    ).toEqual([{ fsync: 'on', sync: 'on', addresses: '127.0.0.1', sockets: '', lowered: 'äω' }])
    const wrong = new URL(server.connectionString)
    wrong.password = 'guessed'
    await expect(query({ connectionString: wrong.href }, 'SELECT 1')).rejects.toThrow(/password/)
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600)
    expect(existsSync(join(dataDir, 'password.initdb'))).toBe(false)
  })

  test('writes no statement and no rejected value to its log', async () => {
    const dataDir = join(hiddenFolder(), 'postgres')
    const server = await start(dataDir)
    await query(server, 'CREATE TABLE mails (mail text PRIMARY KEY)')
    const insert = "INSERT INTO mails VALUES ('ada@example.org')"
    await query(server, insert)
    await expect(query(server, insert)).rejects.toThrow(/duplicate key/)
    await server.stop()
    const log = readFileSync(join(dataDir, 'postgres.log'), 'utf8')
    expect(log).toContain('duplicate key')
    expect(log).not.toContain('ada@example.org')
  })

  test('refuses a folder that another living process serves, and leaves that server alone', async () => {
    const dataDir = join(hiddenFolder(), 'postgres')
    const other = await startInAnotherProcess(dataDir, true)
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
      `process ${other.launcher.pid} runs it`,
    )
    expect(isRunning(other.server)).toBe(true)
  })

  test('ends when its launcher is killed', async () => {
    const { launcher, server } = await startInAnotherProcess(join(hiddenFolder(), 'postgres'), true)
    launcher.kill('SIGKILL')
    expect(await waitUntilGone(server, 20_000)).toBe(true)
  })

  test.runIf(process.platform === 'linux')(
    'takes over from an orphan that even the watcher did not end',
    async () => {
      const dataDir = join(hiddenFolder(), 'postgres')
      const { launcher, server } = await startInAnotherProcess(dataDir, false)
      launcher.kill('SIGKILL')
      await once(launcher, 'exit')
      const next = await start(dataDir)
      expect(isRunning(server)).toBe(false)
      expect(await query(next, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    },
  )

  test('does not touch a stranger whose process id stands in an old pid file', async () => {
    const dataDir = join(hiddenFolder(), 'postgres')
    await (await start(dataDir)).kill()
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' })
    cleanups.push(() => void stranger.kill('SIGKILL'))
    const pidFile = join(dataDir, 'data', 'postmaster.pid')
    const lines = readFileSync(pidFile, 'utf8').split('\n')
    writeFileSync(pidFile, [String(stranger.pid), ...lines.slice(1)].join('\n'))
    // The server itself may still refuse a pid file whose process lives: that is its own care.
    await startEmbeddedPostgres({ dataDir }).then(
      server => server.stop(),
      () => {},
    )
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
  })
})

describe('the PostgreSQL programs', () => {
  test.runIf(asRoot)('are copied when node_modules is hidden from the server user', () => {
    const { native, version } = locatePostgresPackage()
    const hidden = join(hiddenFolder(), 'native')
    cpSync(native, hidden, { recursive: true, verbatimSymlinks: true })
    const dataDir = hiddenFolder()
    chmodSync(dataDir, 0o711)
    const programs = prepareBinaries({ native: hidden, version }, serverUser(), dataDir)
    expect(programs.postgres.startsWith(dataDir)).toBe(true)
  })

  test('are missed with words that say what to do', () => {
    expect(() => locatePostgresPackage('plan9-mips')).toThrow(/plan9-mips.*DATABASE_URL/)
  })
})

/** Starts a server from a process of its own; `watched: false` takes its watcher away. */
async function startInAnotherProcess(dataDir: string, watched: boolean) {
  const launcher = spawn(
    process.execPath,
    [program('platform', 'testing/fixtures/postgres-launcher.js'), dataDir],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = await once(createInterface({ input: launcher.stdout }), 'line')
  const server = identityOf(Number(line))
  if (server === undefined) throw new Error('The server of the other process is not running')
  cleanups.push(async () => {
    launcher.kill('SIGKILL')
    await waitUntilGone(server, 20_000)
  })
  if (!watched) {
    for (const child of childrenOf(launcher)) if (child !== server.pid) signal(child, 'SIGKILL')
  }
  return { launcher, server }
}

function childrenOf(parent: ChildProcess): number[] {
  const list = readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8')
  return list.trim().split(' ').map(Number)
}
