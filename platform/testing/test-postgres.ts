// A PostgreSQL server for one test file: thrown away at its end, also when the test process is killed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type EmbeddedPostgres,
  ensureDatabase,
  startEmbeddedPostgres,
} from '../embedded-postgres.ts'

export interface TestPostgres {
  /** Connection string of the database the server starts with. */
  readonly connectionString: string
  readonly port: number
  readonly pid: number
  /** Makes a database (letters, digits, underscores) unless it is there; returns its connection string. */
  createDatabase(name: string): Promise<string>
  /** kill -9. Committed data stays for `restart`. */
  kill(): Promise<void>
  /** Starts again after `kill`, on the same port with the same data and connection strings. */
  restart(): Promise<void>
  /** Ends the server and removes its folder. */
  stop(): Promise<void>
}

/**
 * Starts a server of its own in a temporary folder, in about a second: one a test file, databases
 * are cheap. It does not flush to disk, so acknowledged commits survive `kill`, not a power cut.
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  const dataDir = mkdtempSync(join(tmpdir(), 'test-postgres-'))
  const start = (port: number) =>
    startEmbeddedPostgres({ dataDir, port, durable: false, removeIfAbandoned: true })
  let server: EmbeddedPostgres
  try {
    server = await start(0)
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true })
    throw error
  }
  return {
    connectionString: server.connectionString,
    port: server.port,
    get pid() {
      return server.pid
    },
    async createDatabase(name) {
      await ensureDatabase(server.connectionString, name)
      const url = new URL(server.connectionString)
      url.pathname = `/${name}`
      return url.href
    },
    kill: () => server.kill(),
    async restart() {
      await server.kill()
      server = await start(server.port)
    },
    async stop() {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
