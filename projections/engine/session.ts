// A worker's time at the lead of one projector: its connection, which holds the lock, and the checkpoint it writes.
import { setTimeout } from 'node:timers/promises'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { pause } from '@cryptotalks/shared-kernel/eventsourcing/retry'
import pg from 'pg'
import { createWriter, type Writer } from './apply-page.ts'
import { type Target, takeOver } from './checkpoint.ts'
import { isLive } from './live.ts'
import { parkedStreams } from './parking.ts'
import type { Projector } from './projector.ts'
import { prepareEngine, prepareTables } from './schema.ts'

export interface Session {
  readonly writer: Writer
  readonly fence: string
  /** What the checkpoint row says. */
  position: Position
  /** Streams whose events wait behind a parked one. */
  readonly blocked: Set<string>
  /** Whether the views show this version, or a later one. */
  live: boolean
  /** Aborts when the connection is lost, and the lead with it. */
  readonly signal: AbortSignal
  readonly close: () => Promise<void>
}

export interface SessionOptions {
  readonly connectionString: string
  readonly projector: Projector
  readonly target: Target
  readonly signal: AbortSignal
  /** The tables stand; another worker may have the lead. */
  readonly onPrepared: () => void
}

const connectMilliseconds = 5_000
// Longer than any page takes; a connection that is silent for so long is dead.
const queryMilliseconds = 60_000
const standbyMilliseconds = 250
const goodbyeMilliseconds = 1_000

// Rows are loaded by primary key, by a plan that is kept: one made while the table was empty would scan it for ever.
// A read model that loses its last half second in a crash of Postgres loses its checkpoint with it, and catches up.
const settings = `set enable_seqscan = off; set synchronous_commit = off;
  set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3`

/**
 * Connects, prepares the tables, and resolves once this worker leads the projector; a standby waits here. Rejects when
 * the connection can't be made or is lost, or the signal aborts.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { projector, target } = options
  const client = new pg.Client({
    connectionString: options.connectionString,
    application_name: `projector ${target.schema}`,
    pipeline: true,
    keepAlive: true,
    connectionTimeoutMillis: connectMilliseconds,
    query_timeout: queryMilliseconds,
  })
  const lost = new AbortController()
  client.on('error', error => lost.abort(error))
  client.on('end', () => lost.abort(new Error('The connection to Postgres ended')))
  const signal = AbortSignal.any([options.signal, lost.signal])
  // A good-bye that nobody answers must not keep the projector from a new connection.
  const close = () =>
    Promise.race([
      client.end().catch(() => undefined),
      setTimeout(goodbyeMilliseconds, undefined, { ref: false }),
    ])
  const closeWhenStopped = () => void close()
  options.signal.addEventListener('abort', closeWhenStopped)
  try {
    await client.connect()
    await client.query(settings)
    await prepareEngine(client)
    await prepareTables(client, projector, target)
    options.onPrepared()
    await lead(client, target, signal)
    const { position, fence } = await takeOver(client, target)
    return {
      writer: createWriter(client, projector, target),
      fence,
      position,
      blocked: await parkedStreams(client, target),
      live: await isLive(client, projector, target),
      signal,
      close,
    }
  } catch (error) {
    await close()
    throw error
  } finally {
    options.signal.removeEventListener('abort', closeWhenStopped)
  }
}

/** Asks again and again: a statement that waits in Postgres for the lock would keep vacuum from its work. */
async function lead(client: pg.Client, { schema }: Target, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ leads: boolean }>(
      "select pg_try_advisory_lock(hashtext('cryptotalks projector'), hashtext($1)) as leads",
      [schema],
    )
    if (rows[0]?.leads) return
    await pause(standbyMilliseconds * (0.75 + Math.random() / 2), signal)
  }
}
