// An event store that speaks EventStoreDB's protocol, started within a Node process.
import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { ensureAccess, type GivenAccess } from './access/access-file.ts'
import { admission, admittedPages } from './access/admission.ts'
import { SignIn } from './access/sign-in.ts'
import { type DefaultPasswords, Users } from './access/users.ts'
import type { Report } from './monitoring/report.ts'
import { PersistentSubscriptions } from './persistent-subscriptions/persistent-subscriptions.ts'
import { ProjectionEngine } from './projections/engine.ts'
import { groupPages } from './rpc/group-pages.ts'
import { pagesOf } from './rpc/pages.ts'
import { type Node, routesOf } from './rpc/routes.ts'
import { streamPages } from './rpc/stream-pages.ts'
import { Scavenges } from './scavenge/scavenges.ts'
import { copyStore } from './storage/copy-store.ts'
import { lockDirectory } from './storage/directory-lock.ts'
import { Log } from './storage/log.ts'
import { LogWatch } from './storage/log-watch.ts'
import { makeTemporaryFolder } from './storage/temporary-folder.ts'
import { Store } from './store.ts'
import { GrpcServer } from './transport/grpc-server.ts'
import { type Listener, listen } from './transport/listener.ts'
import { ownCertificate } from './transport/own-certificate.ts'
import { servePages } from './transport/pages.ts'
import { SYSTEM } from './transport/principal.ts'
import type { KeyPair } from './transport/self-signed.ts'

export type { GivenAccess, GivenUser } from './access/access-file.ts'
export type { DefaultPasswords } from './access/users.ts'
export type { Finding, Report } from './monitoring/report.ts'
export { DirectoryInUse } from './storage/directory-lock.ts'
export { DamagedStore, StoreFull } from './storage/errors.ts'
export type { KeyPair } from './transport/self-signed.ts'

/** How long clients are given to take their last answers when the server stops. */
const GRACE_MS = 250
const DEFAULT_HOST = '127.0.0.1'

/** What is offered over HTTP besides the pages. */
interface OverHttp {
  /** Takes events over HTTP, too, by `POST /streams/<name>` as AtomPub has it. Default false, as on the real server. */
  readonly atomPub?: boolean
}
interface Place {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 0, which takes a free one. */
  readonly port?: number
}
/** Which of the real server's projections there are: those it brings, or none. */
interface Projections {
  /** Default 'system': they are there, stopped until somebody enables them. */
  readonly runProjections?: 'none' | 'system'
  /** Enables all of them at the start. */
  readonly startStandardProjections?: boolean
}
/** What becomes of those who write while the disk does not answer. */
interface Patience {
  /**
   * How long a commit may take, in milliseconds, at least 1: whoever appends or deletes is told then that it timed out, and it may
   * still come to be. Left out, they wait for as long as their own deadline lets them.
   */
  readonly commitTimeoutMs?: number
}
/** Who hears of what operators should know: damage, a disk that is full, faults of the server's own. */
interface Reporting {
  readonly report?: Report
}
/** Whether others can read along, and whether people are asked who they are. */
interface Security {
  /**
   * A certificate and its key in PEM, or a folder in which the server keeps one of its own. With either it speaks TLS
   * and asks for credentials; without, it speaks in the clear and everybody may do everything.
   */
  readonly tls?: KeyPair | { readonly selfSigned: string }
  /** Of the users that a store without users begins with; default `changeit`. */
  readonly defaultPasswords?: DefaultPasswords
  /** Users and rights in place of those a store without users begins with: brought about at each start. */
  readonly access?: GivenAccess
}
/** Where the events are kept: in a folder, durably, or for as long as the server runs. */
export type EventStoreOptions = Place &
  OverHttp &
  Security &
  Projections &
  Patience &
  Reporting &
  ({ readonly dir: string; readonly memory?: false } | { readonly memory: true })

/** A server that is running. */
export interface EventStoreServer {
  /** What the client wants, e.g. `esdb://127.0.0.1:2113?tls=false`; where it needs credentials, they are to be added. */
  readonly connectionString: string
  readonly port: number
  /**
   * Empties the store within milliseconds. Reads and subscriptions that are open end by UNAVAILABLE; clients stay connected, and
   * may append at once. For tests.
   */
  reset(): void
  /**
   * Copies into an empty folder, made if it is missing, all that was acknowledged before this call, while everybody goes
   * on reading and writing. A server started on the copy has it. Rejects with the system's error, or where the folder is
   * not empty.
   */
  backup(folder: string): Promise<void>
  /** Finishes what is being written, says goodbye to clients and closes the store. */
  stop(): Promise<void>
  /** Resolves once it has stopped: by `stop`, or because a client told it to shut down. */
  readonly stopped: Promise<void>
}

interface OpenStore {
  readonly store: Store
  close(): Promise<void>
}

function openStore(dir: string, durable: boolean, options: Patience & Reporting): OpenStore {
  const unlock = lockDirectory(dir)
  try {
    const store = new Store(Log.open({ dir, durable, now: Date.now }), options)
    return {
      store,
      async close() {
        await store.close()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}

function openPlace(options: EventStoreOptions): OpenStore {
  if (!options.memory) {
    mkdirSync(options.dir, { recursive: true })
    return openStore(options.dir, true, options)
  }
  const dir = makeTemporaryFolder()
  const opened = openStore(dir, false, options)
  return {
    store: opened.store,
    async close() {
      await opened.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Over TLS a server is called by its name: an address can't be asked for there. */
const LOOPBACK = [DEFAULT_HOST, '::1']
const addressOf = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host)

interface Certificate {
  readonly pair: KeyPair
  /** What a connection string says of it. */
  readonly query: string
}

function certificateOf(tls: NonNullable<Security['tls']>, host: string): Certificate {
  if ('cert' in tls) return { pair: tls, query: 'tls=true' }
  const own = ownCertificate(resolve(tls.selfSigned), host, Date.now())
  return { pair: own, query: `tls=true&tlsCAFile=${encodeURIComponent(own.certFile)}` }
}

/**
 * Starts a server and resolves once it listens. Rejects with `DirectoryInUse` when another living process has the
 * folder, with `DamagedStore` when what is in it can't be read, and with the system's error (`code` EADDRINUSE, …)
 * when the port can't be opened, or with a `TypeError` that says why a certificate can't be used.
 */
export async function startEventStore(options: EventStoreOptions): Promise<EventStoreServer> {
  const { host = DEFAULT_HOST, port = 0, runProjections = 'system' } = options
  const certificate = options.tls && certificateOf(options.tls, host)
  const opened = openPlace(options)
  const { store } = opened
  let listener: Listener | undefined
  const secure = certificate !== undefined
  const node: Node = {
    instanceId: randomUUID(),
    port: () => listener?.port ?? port,
    priority: 0,
    secure,
    projecting: runProjections === 'system',
  }
  const projections = node.projecting
    ? new ProjectionEngine(store, options.startStandardProjections ?? false)
    : undefined
  const watch = options.memory ? undefined : watchLog(store.log, options.report)
  const groups = new PersistentSubscriptions(store)
  const scavenges = new Scavenges(store)
  const users = new Users(store, options.defaultPasswords)
  const ensureUsers = (): void => {
    if (!secure) return
    if (options.access) ensureAccess(store, users, options.access)
    else users.ensureDefaults()
  }
  const signIn = secure ? new SignIn(users, store.feed, who => grpc.endCallsOf(who)) : undefined
  const subsystems = { projections, groups, scavenges, users, shutdown: () => void stop() }
  const grpc = new GrpcServer(routesOf(store, node, subsystems), signIn && admission(signIn))
  const sources = [groupPages(groups), ...(options.atomPub ? [streamPages(store, secure)] : [])]
  const pages = servePages(pagesOf(store, node, watch), sources)
  try {
    ensureUsers()
    const endpoint = { host, port, tls: certificate?.pair }
    const served: RequestListener = signIn
      ? admittedPages(pages, signIn)
      : (request, response) => pages(request, response, SYSTEM)
    listener = await listen(grpc, served, endpoint)
  } catch (error) {
    projections?.stop()
    groups.stop()
    await opened.close()
    throw error
  }
  const open = listener
  watch?.start()
  let end = (): void => {}
  const stopped = new Promise<void>(resolve => {
    end = resolve
  })
  const halt = async (): Promise<void> => {
    watch?.stop()
    projections?.stop()
    groups.stop()
    await scavenges.close()
    store.flush()
    await open.close(GRACE_MS)
    await opened.close()
    end()
  }
  let halting: Promise<void> | undefined
  const stop = (): Promise<void> => {
    halting ??= halt()
    return halting
  }
  const name = secure && LOOPBACK.includes(host) ? 'localhost' : addressOf(host)
  return {
    connectionString: `esdb://${name}:${open.port}?${certificate?.query ?? 'tls=false'}`,
    port: open.port,
    reset() {
      grpc.endCallsOnContents('The store was emptied.')
      signIn?.clear()
      watch?.stop()
      store.clear()
      ensureUsers()
      projections?.load()
      groups.load()
    },
    backup: folder => backUp(store, folder),
    stop,
    stopped,
  }
}

/** Looks at the whole log in the background, and tells of damage at once. */
function watchLog(log: Log, report: Report = () => {}): LogWatch {
  return new LogWatch(log, {
    onFault: fault => report({ kind: 'damage', ...fault }),
    onDone: ({ events, faults, moreFaults }) =>
      report({ kind: 'verified', events, faults: faults.length + moreFaults }),
  })
}

async function backUp(store: Store, folder: string): Promise<void> {
  store.flush()
  await copyStore(store.log.dir, folder)
}
