// The embedded PostgreSQL: a real server of our own on 127.0.0.1, its data in one folder.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import pg from 'pg'
import {
  locatePostgresPackage,
  type PostgresBinaries,
  prepareBinaries,
} from './postgres/binaries.ts'
import {
  type Cluster,
  makeDataDir,
  openCluster,
  SERVER_ENV,
  SUPERUSER,
} from './postgres/cluster.ts'
import { claimCluster, stopOrphan } from './postgres/orphan.ts'
import { type ServerUser, serverUser } from './postgres/server-user.ts'
import { endWithParent } from './processes/end-with-parent.ts'
import { freePort } from './processes/free-port.ts'
import { childrenOf, waitUntilGone } from './processes/process-identity.ts'

export interface EmbeddedPostgresOptions {
  /** Holds the cluster, its password and its log; made if missing. */
  readonly dataDir: string
  /** 0 or nothing: any free one. */
  readonly port?: number
  /** Made if missing. */
  readonly database?: string
  /** Settings of the server beside, or in place of, those that every one of ours has. */
  readonly settings?: Readonly<Record<string, string>>
  /** Of a cluster that has to be made; a fresh one unless given. */
  readonly password?: string | undefined
  /** true: the cluster has been there before, and none is made in place of a lost one. */
  readonly mustBeThere?: boolean
  /** false: no flush to disk. An acknowledged commit then survives a killed server, not a power cut. */
  readonly durable?: boolean
  /** Remove the data folder if this process dies without stopping the server. */
  readonly removeIfAbandoned?: boolean
}

export interface EmbeddedPostgres {
  /** postgres://user:password@127.0.0.1:port/database */
  readonly connectionString: string
  readonly port: number
  readonly pid: number
  /** Resolves with how the server ended ("code 0", "SIGKILL"). */
  readonly exited: Promise<string>
  /** Ends open sessions, writes all to disk, ends the server. */
  stop(): Promise<void>
  /** kill -9, as a crash would; resolves when nothing of the server runs. The data stays for the next start. */
  kill(): Promise<void>
}

const READY_WITHIN_MS = 60_000
const STOP_WITHIN_MS = 20_000
const BACKENDS_END_WITHIN_MS = 10_000
/** Beyond this size the log of an earlier run is set aside at the next start; one such is kept. */
const LOG_BYTES = 5 * 1024 * 1024

/**
 * Starts the server on `dataDir` and resolves when it takes connections (first start about 1.5 s,
 * later ones 0.1 s). A server left there by a killed launcher is stopped first.
 * @throws when the platform has no binaries, the folder is in use, or the server ends before it is
 * ready (with the last lines of its log)
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir)
  const durable = options.durable ?? true
  const user = serverUser()
  makeDataDir(dataDir, user)
  await stopOrphan(dataDir)
  const binaries = prepareBinaries(locatePostgresPackage(), user, dataDir)
  const cluster = await openCluster(dataDir, binaries, user, {
    durable,
    password: options.password,
    mustBeThere: options.mustBeThere ?? false,
  })
  claimCluster(dataDir)

  const port = options.port || (await freePort())
  const logFile = join(dataDir, 'postgres.log')
  const { settings = {} } = options
  rotate(logFile)
  const log = { file: logFile, begin: sizeOf(logFile) }
  const server = spawnServer({ cluster, binaries, user, port, durable, settings, logFile })
  endWithParent(server, {
    signal: 'INT',
    ...(options.removeIfAbandoned ? { removeFolder: dataDir } : {}),
  })
  const exited = once(server, 'exit').then(([code, signal]) => signal ?? `code ${code}`)
  const connectionTo = (database: string) =>
    `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/${database}`
  try {
    await waitUntilReady(server, connectionTo('postgres'), log)
    const database = options.database ?? 'cryptotalks'
    await ensureDatabase(connectionTo('postgres'), database)
    return {
      connectionString: connectionTo(database),
      port,
      pid: server.pid as number,
      exited,
      stop: () => stopServer(server, exited),
      async kill() {
        const backends = childrenOf(server.pid as number)
        await endServer(server, 'SIGKILL', exited)
        // They notice, and end, a moment later; until then they answer, and the next start is refused.
        await Promise.all(backends.map(backend => waitUntilGone(backend, BACKENDS_END_WITHIN_MS)))
      },
    }
  } catch (error) {
    await endServer(server, 'SIGKILL', exited)
    throw error
  }
}

interface ServerStart {
  readonly cluster: Cluster
  readonly binaries: PostgresBinaries
  readonly user: ServerUser
  readonly port: number
  readonly durable: boolean
  readonly settings: Readonly<Record<string, string>>
  readonly logFile: string
}

function spawnServer(start: ServerStart) {
  const { cluster, binaries, user, port, durable, logFile } = start
  const settings = {
    listen_addresses: '127.0.0.1',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    jit: 'off',
    log_checkpoints: 'off',
    // Statements and rejected keys hold personal data, which no log may show.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...start.settings,
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  }
  const log = openSync(logFile, 'a', 0o600)
  const server = spawn(
    binaries.postgres,
    [
      ...['-D', cluster.folderForServer, '-p', String(port), '-k', ''],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    // Its own session: a Ctrl-C in the terminal is for us, who stop things in order.
    {
      ...user,
      cwd: cluster.folder,
      env: SERVER_ENV,
      detached: true,
      stdio: ['ignore', log, log],
    },
  )
  closeSync(log)
  return server
}

async function waitUntilReady(server: ChildProcess, connectionString: string, log: LogOfRun) {
  let ended: string | undefined
  server.once('error', error => {
    ended = error.message
  })
  server.once('exit', (code, signal) => {
    ended ??= `it ended with ${signal ?? `code ${code}`}`
  })
  const deadline = Date.now() + READY_WITHIN_MS
  while (true) {
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 })
    // An error after the connection stood (the server goes down) must not end our process.
    client.on('error', () => {})
    try {
      await client.connect()
      await client.end()
      return
    } catch (cause) {
      const failure = ended ?? (Date.now() > deadline ? 'it does not answer' : undefined)
      if (failure !== undefined) {
        throw new Error(`PostgreSQL did not start, ${failure}: ${lastLines(log)}`, { cause })
      }
    }
    await new Promise(resolve => setTimeout(resolve, 25))
  }
}

/** Makes the database unless it is there; a name of letters, digits and underscores. */
export async function ensureDatabase(connectionString: string, database: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database])
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`)
  } finally {
    await client.end()
  }
}

async function stopServer(server: ChildProcess, exited: Promise<string>): Promise<void> {
  const impatience = setTimeout(() => server.kill('SIGQUIT'), STOP_WITHIN_MS)
  await endServer(server, 'SIGINT', exited)
  clearTimeout(impatience)
}

async function endServer(server: ChildProcess, signal: NodeJS.Signals, exited: Promise<string>) {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return
  server.kill(signal)
  await exited
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

function rotate(logFile: string): void {
  if (sizeOf(logFile) > LOG_BYTES) renameSync(logFile, `${logFile}.1`)
}

/** The server's log, and where this run of it begins: what an earlier one said would mislead. */
interface LogOfRun {
  readonly file: string
  readonly begin: number
}

function lastLines({ file, begin }: LogOfRun): string {
  return readFileSync(file).subarray(begin).toString().trim().split('\n').slice(-5).join('\n')
}
