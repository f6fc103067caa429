// A worker's connection to Postgres, with the database made anew when it was dropped.
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'

export interface ConnectionOptions {
  readonly connectionString: string
  /** As Postgres lists it. */
  readonly name: string
  readonly signal: AbortSignal
}

export interface Connection {
  readonly client: pg.Client
  /** Aborts when the connection is lost, or with the signal given. */
  readonly signal: AbortSignal
  readonly close: () => Promise<void>
}

const connectMilliseconds = 5_000
// Longer than any page takes; a connection that is silent for so long is dead.
const queryMilliseconds = 60_000
const goodbyeMilliseconds = 1_000

// Rows are loaded by primary key, by a plan that is kept: one made while the table was empty would scan it for ever.
// A read model that loses its last half second in a crash of Postgres loses its checkpoint with it, and catches up.
const settings = `set enable_seqscan = off; set synchronous_commit = off;
  set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3`

/** Rejects when the connection can't be made, or the signal aborts. */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const client = new pg.Client({
    connectionString: options.connectionString,
    application_name: options.name,
    pipeline: true,
    keepAlive: true,
    connectionTimeoutMillis: connectMilliseconds,
    query_timeout: queryMilliseconds,
  })
  const lost = new AbortController()
  client.on('error', error => lost.abort(error))
  client.on('end', () => lost.abort(new Error('The connection to Postgres ended')))
  // A good-bye that nobody answers must not keep the projector from a new connection.
  const goodbye = () =>
    Promise.race([
      client.end().catch(() => undefined),
      setTimeout(goodbyeMilliseconds, undefined, { ref: false }),
    ])
  const closeWhenStopped = () => void goodbye()
  options.signal.addEventListener('abort', closeWhenStopped)
  const close = async () => {
    options.signal.removeEventListener('abort', closeWhenStopped)
    await goodbye()
  }
  try {
    await client.connect()
    await client.query(settings)
  } catch (error) {
    await close()
    if (isNoDatabase(error)) await createDatabase(options.connectionString)
    throw error
  }
  return { client, signal: AbortSignal.any([options.signal, lost.signal]), close }
}

const isNoDatabase = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '3D000'

/** Makes the database that the connection string names; the next try finds it, this one or another worker's. */
async function createDatabase(connectionString: string): Promise<void> {
  const { database } = new pg.Client({ connectionString })
  if (!database) return
  const client = new pg.Client({
    connectionString: withDatabase(connectionString, 'postgres'),
    connectionTimeoutMillis: connectMilliseconds,
    query_timeout: queryMilliseconds,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query(`create database ${pg.escapeIdentifier(database)}`)
  } catch {
    // Whoever may not make it, or came too late, hears from the next try how things stand.
  } finally {
    await client.end().catch(() => undefined)
  }
}

function withDatabase(connectionString: string, name: string): string {
  const url = new URL(connectionString)
  url.pathname = `/${name}`
  return url.href
}
