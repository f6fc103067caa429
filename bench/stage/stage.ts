// The ground on which everything is measured: a durable event store and a durable Postgres, both ours and empty.
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureDatabase, startEmbeddedPostgres } from '@cryptotalks/platform/embedded-postgres'
import { openEventStoreAccess } from '@cryptotalks/platform/event-store-access'
import { REPOSITORY } from '@cryptotalks/platform/repository'
import { type ProcessOptions, type StartedProcess, startProcess } from './process.ts'

/** What a process of Cryptotalks is started on. */
export interface StoresOfStage {
  readonly eventStoreUrl: string
  readonly databaseUrl: string
  readonly keyringUrl: string
}

export interface Stage {
  readonly folder: string
  /** 32 bytes in base64. */
  readonly masterKey: string
  /** Starts an event store on a folder of its own; the same name finds its log again. */
  startEventStore(name: string): Promise<StartedProcess>
  /** Makes an empty database and gives its connection string. */
  createDatabase(name: string): Promise<string>
  /** Starts a process of Cryptotalks on those stores. */
  start(
    name: string,
    main: string,
    on: StoresOfStage,
    env?: Readonly<Record<string, string>>,
  ): Promise<StartedProcess>
  /** Starts a process that is none of Cryptotalks'. */
  startOther(options: Omit<ProcessOptions, 'folder'>): Promise<StartedProcess>
  /** Stops what still runs, newest first, and removes every trace. */
  close(): Promise<void>
}

// Each process takes its own; those it does not know it leaves alone.
const anyPort = {
  HOST: '127.0.0.1',
  WRITE_SIDE_PORT: '0',
  READ_SIDE_PORT: '0',
  PROJECTIONS_PORT: '0',
  RATES_FEED_PORT: '0',
}

/** With `tls`, event stores ask for credentials, and their connection strings hold them. */
export async function openStage({ tls }: { readonly tls: boolean }): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'cryptotalks-bench-'))
  const masterKey = randomBytes(32).toString('base64')
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    removeIfAbandoned: true,
  })
  const started: StartedProcess[] = []
  const start = async (options: Omit<ProcessOptions, 'folder'>) => {
    const running = await startProcess({ ...options, folder })
    started.push(running)
    return running
  }
  return {
    folder,
    masterKey,
    async startEventStore(name) {
      const dir = join(folder, name)
      mkdirSync(dir, { recursive: true })
      const access = tls ? openEventStoreAccess(join(folder, `${name}-access`)) : undefined
      const running = await start({
        name: `event-store-${name}`,
        main: 'event-store/dist/main.js',
        args: ['--dir', dir, '--port', '0', ...(access?.args ?? [])],
      })
      if (!access) return running
      const port = Number(new URL(running.connectionString).port)
      return { ...running, connectionString: access.url('cryptotalks', port) }
    },
    createDatabase: async name => {
      await ensureDatabase(postgres.connectionString, name)
      const url = new URL(postgres.connectionString)
      url.pathname = `/${name}`
      return url.href
    },
    start: (name, main, { eventStoreUrl, databaseUrl, keyringUrl }, env = {}) =>
      start({
        name,
        main,
        env: {
          ...anyPort,
          EVENTSTORE_URL: eventStoreUrl,
          DATABASE_URL: databaseUrl,
          KEYRING_URL: keyringUrl,
          MASTER_KEY: masterKey,
          PUBLIC_URL: 'http://127.0.0.1',
          READ_SIDE_URL: 'http://127.0.0.1:9',
          WEB_DIST: join(REPOSITORY, 'web', 'dist'),
          OPENAPI_FILE: join(REPOSITORY, 'platform', 'dist', 'openapi.json'),
          ...env,
        },
      }),
    startOther: start,
    close: async () => {
      for (const running of started.toReversed()) await running.stop()
      await postgres.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
