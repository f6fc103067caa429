// Brings up the processes of the house in their order, each with its port, its settings and its log.
import { join } from 'node:path'
import { printable } from '@cryptotalks/shared-kernel/logging/control-characters'
import { watchDisks, wordsForRoom } from './disk-watch.ts'
import { openEventStoreAccess } from './event-store-access.ts'
import { keyringServer } from './keyring-server.ts'
import type { Platform, PlatformOptions, PlatformProcess, ProcessName } from './platform-types.ts'
import { environmentFor, type NodeProgram } from './process-settings.ts'
import { freePort } from './processes/free-port.ts'
import { openProcessLog, type ProcessLog } from './processes/process-log.ts'
import type { Service, ServiceChange, Supervised } from './processes/supervised-service.ts'
import { program } from './repository.ts'
import {
  type EmbeddedDatabase,
  eventStoreService,
  httpService,
  postgresService,
} from './services.ts'
import { settingsOf } from './settings.ts'
import { createSupervisor } from './supervisor.ts'

export interface HouseOptions extends PlatformOptions {
  readonly host: string
  readonly port: number
  /** Told the ids of the running processes whenever they change. */
  readonly onProcesses: (pids: readonly number[]) => void
}

export interface House {
  /** Resolves when all processes are ready; rejects in the words of the one that does not get there. */
  start(): Promise<Omit<Platform, 'stop' | 'killAll'>>
  /** Ends all processes and closes their logs. */
  end(how: 'stop' | 'kill'): Promise<void>
}

const PROGRAMS: Readonly<Record<NodeProgram, readonly [room: string, file: string]>> = {
  'event-store': ['event-store', 'main.js'],
  projections: ['projections', 'main.js'],
  'write-side': ['write-side', 'main.js'],
  'rates-feed': ['write-side', 'rates-feed.js'],
  'read-side': ['read-side', 'main.js'],
  gateway: ['platform', 'gateway-main.js'],
}

export function createHouse(options: HouseOptions): House {
  const { dataDir, onLine = () => {} } = options
  const processes: Partial<Record<ProcessName, PlatformProcess>> = {}
  const logs: ProcessLog[] = []
  const wasReady = new Set<string>()
  const say = (name: string, words: string) => onLine(printable(`${name.padEnd(11)} ${words}`))
  const supervisor = createSupervisor({
    ...(options.silentMs !== undefined && { silentMs: options.silentMs }),
    onChange(change) {
      const words = wordsFor(change)
      if (change.to === 'ready') wasReady.add(change.name)
      if (words !== undefined) say(change.name, words)
      // The Postgres servers look after their own orphans, by their pid files.
      const { postgres: _, keyring: __, ...ours } = processes
      options.onProcesses(Object.values(ours).flatMap(({ pid }) => pid ?? []))
    },
  })
  const parts = ['', 'event-store', 'postgres', 'keyring', 'logs']
  const endDiskWatch = watchDisks({
    folders: parts.map(part => join(dataDir, part)),
    onRoom: (...found) => say('disk', wordsForRoom(...found)),
  })
  const crew: Crew = {
    add(service, port, url) {
      const supervised = supervisor.supervise(service)
      processes[service.name as ProcessName] = placed(supervised, port, url)
      return supervised.untilReady()
    },
    openLog(name) {
      const log = openProcessLog(join(dataDir, 'logs', `${name}.log`), words => {
        // Before that it misses the others, and warns of it, as it must; if it stays so, the start fails in its words.
        if (wasReady.has(name) || words.startsWith('error:')) say(name, words)
      })
      logs.push(log)
      return log
    },
    script: name => options.programs?.[name] ?? program(...PROGRAMS[name]),
    environment: async (name, env) => (options.programs?.[name] ? env : environmentFor(name, env)),
  }
  return {
    start: async () => ({ ...(await startAll(options, crew)), processes }),
    async end(how) {
      endDiskWatch()
      await (how === 'stop' ? supervisor.stop() : supervisor.killAll())
      await Promise.all(logs.map(log => log.close()))
    },
  }
}

/** What the starting of a process needs of the house. */
interface Crew {
  /** Resolves when the service is ready. */
  add(service: Service, port: number, url: () => string): Promise<void>
  openLog(name: string): ProcessLog
  script(name: NodeProgram): string
  /** What a process is to know of all settings; a stand-in of a test is told all. */
  environment(name: NodeProgram, env: Env): Promise<Env>
}

type Env = Readonly<Record<string, string | undefined>>

async function startAll(options: HouseOptions, crew: Crew) {
  const url = `http://localhost:${options.port}`
  const settings = settingsOf(options, url)
  const { common, masterKey, publicUrl, ownPublicUrl } = settings
  const { EVENTSTORE_URL: given } = common
  const [eventStore, databaseUrl, keyringUrl] = await Promise.all([
    given ? { url: given, readerUrl: given } : startEventStore(options.dataDir, crew, common),
    common.DATABASE_URL || startPostgres(options, crew, { name: 'postgres', mayBeMadeAnew: true }),
    settings.keyringUrl || startPostgres(options, crew, keyringServer),
  ])
  const stores = { EVENTSTORE_URL: eventStore.url, DATABASE_URL: databaseUrl }
  const keys = {
    MASTER_KEY: masterKey,
    KEYRING_URL: keyringUrl,
    // Their sentences to whoever starts this name folders, where there are some.
    EVENTSTORE_FOLDER: given ? '' : join(options.dataDir, 'event-store'),
    KEYRING_FOLDER: settings.keyringUrl ? '' : join(options.dataDir, keyringServer.name),
  }
  const own: Own = {
    gateway: { PUBLIC_URL: ownPublicUrl },
    'read-side': { EVENTSTORE_URL: eventStore.readerUrl },
  }
  await startPrograms(options, crew, { ...common, ...stores }, keys, own)
  return { url, publicUrl, eventStoreUrl: eventStore.url, databaseUrl, keyringUrl, masterKey }
}

/** What single processes are told otherwise than all. */
type Own = Readonly<Record<'gateway' | 'read-side', Env>>

/** The store as those reach it who write to it, and as those do who only read. */
interface StoreUrls {
  readonly url: string
  readonly readerUrl: string
}

async function startEventStore(dataDir: string, crew: Crew, env: Env): Promise<StoreUrls> {
  const port = await freePort()
  const access = openEventStoreAccess(join(dataDir, 'event-store-access'))
  const url = access.url('cryptotalks', port)
  const service = eventStoreService({
    script: crew.script('event-store'),
    dir: join(dataDir, 'event-store'),
    port,
    args: access.args,
    env: await crew.environment('event-store', env),
    log: crew.openLog('event-store'),
  })
  await crew.add(service, port, () => url)
  return { url, readerUrl: access.url('cryptotalks-reader', port) }
}

/** Starts a server of its own in the folder that is named as it is. */
async function startPostgres(
  { dataDir, durable = true }: HouseOptions,
  crew: Crew,
  server: Pick<EmbeddedDatabase, 'name' | 'database' | 'settings' | 'mayBeMadeAnew'>,
): Promise<string> {
  const port = await freePort()
  let url = ''
  const service = postgresService({
    ...server,
    dataDir: join(dataDir, server.name),
    port,
    durable,
    onConnectionString(connectionString) {
      url = connectionString
    },
  })
  await crew.add(service, port, () => url)
  return url
}

async function startPrograms(
  { host, port }: HouseOptions,
  crew: Crew,
  env: Env,
  keys: Env,
  { gateway, 'read-side': reader }: Own,
): Promise<void> {
  const [projections, writeSide, ratesFeed, readSide] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const sides = {
    READ_SIDE_URL: `http://127.0.0.1:${readSide}`,
    WRITE_SIDE_URL: `http://127.0.0.1:${writeSide}`,
  }
  const start = async (name: NodeProgram, itsPort: number, own: Env) => {
    const url = `http://127.0.0.1:${itsPort}`
    const log = crew.openLog(name)
    const service = httpService({
      name,
      script: crew.script(name),
      url,
      env: await crew.environment(name, { ...env, ...own }),
      log,
    })
    return crew.add(service, itsPort, () => url)
  }
  await Promise.all([
    start('projections', projections, { ...keys, PROJECTIONS_PORT: String(projections) }),
    start('write-side', writeSide, { ...sides, ...keys, WRITE_SIDE_PORT: String(writeSide) }),
    start('rates-feed', ratesFeed, { RATES_FEED_PORT: String(ratesFeed) }),
    start('read-side', readSide, { ...reader, READ_SIDE_PORT: String(readSide) }),
  ])
  // Visitors come in only when projectors have looked whether their rows are of this log: it may have been restored.
  await start('gateway', port, { ...sides, ...gateway, HOST: host, PORT: String(port) })
}

function placed(supervised: Supervised, port: number, url: () => string): PlatformProcess {
  return {
    name: supervised.name,
    port,
    get url() {
      return url()
    },
    get pid() {
      return supervised.pid
    },
    get restarts() {
      return supervised.restarts
    },
    untilReady: () => supervised.untilReady(),
    kill: () => supervised.kill(),
    hold: () => supervised.hold(),
    release: () => supervised.release(),
  }
}

function wordsFor(change: ServiceChange): string | undefined {
  switch (change.to) {
    case 'ready':
      return `ready after ${(change.afterMs / 1000).toFixed(1)} s`
    case 'died':
      return `ended (${change.how}), starts again in ${change.restartInMs / 1000} s`
    case 'late':
      return `is not ready after ${Math.round(change.afterMs / 1000)} s: ${change.lacks}`
    case 'hung':
      return `says nothing any more for ${change.silentMs / 1000} s; it is killed and starts again`
    default:
      return undefined
  }
}
