// A worker's time at the lead of one projector: its connection, which holds the lock, and the checkpoint it writes.
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { pause } from '@cryptotalks/shared-kernel/eventsourcing/retry'
import type pg from 'pg'
import { createWriter, type Writer } from './apply-page.ts'
import { type Beginning, beginFromNothing, belongsTo, bookkeepingOf } from './bookkeeping.ts'
import { type Target, takeOver } from './checkpoint.ts'
import { openConnection } from './connection.ts'
import { ReadModelUnsound } from './failures.ts'
import { type Standing, showAgain, shownVersion, standingOf, unshow, viewsStand } from './live.ts'
import { type Landmark, type Log, patientLog } from './log.ts'
import { parkedStreams } from './parking.ts'
import { type Projector, schemaOf } from './projector.ts'
import { prepareEngine, prepareTables } from './schema.ts'
import { type Unsound, whyUnsound } from './soundness.ts'
import { inTransaction } from './transaction.ts'

export interface Session {
  readonly writer: Writer
  readonly fence: string
  /** What the checkpoint row says. */
  position: Position
  /** The last event that was seen: whoever goes on reads from here, since what lies behind it was not looked at here. */
  readonly landmark: Landmark | undefined
  /** Streams whose events wait behind a parked one. */
  readonly blocked: Set<string>
  standing: Standing
  /** Looks how the version stands. Throws ReadModelUnsound when its rows are not what the log says any more, or are gone. */
  readonly check: () => Promise<void>
  /** Aborts when the connection is lost, and the lead with it. */
  readonly signal: AbortSignal
  readonly close: () => Promise<void>
}

/** Rows are made from nothing: why, and how far the log goes now. */
export interface Rebuild extends Beginning {
  readonly why: Unsound | 'unfinished'
}

export interface SessionOptions {
  readonly connectionString: string
  readonly projector: Projector
  readonly target: Target
  readonly log: Log
  readonly signal: AbortSignal
  /** Another worker has the lead, and with it the care for the rows. */
  readonly onStandby: () => void
  readonly onRebuild: (rebuild: Rebuild) => void
  /** The log could not be asked; it is asked again. */
  readonly onLogAway: (error: unknown, inARow: number) => void
}

const standbyMilliseconds = 250

/**
 * Connects, prepares the tables, and resolves once this worker leads the projector; a standby waits here. Rows that
 * are not what the log says are thrown away then, to be made from nothing. Rejects when the connection can't be made
 * or is lost, or the signal aborts.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { projector, target } = options
  const connection = await openConnection({ ...options, name: `projector ${target.schema}` })
  const { client, signal, close } = connection
  try {
    await prepareEngine(client)
    await prepareTables(client, projector, target)
    await lead(client, target, { ...options, signal })
    const log = patientLog(options.log, signal, options.onLogAway)
    await forgetOtherUnsound(client, projector, log, signal)
    const kept = await bookkeepingOf(client, projector, target)
    const why = await whyUnsound(log, kept, signal)
    const held = why ? await begin(client, options, log, why) : await takeOver(client, target)
    const standing = await standingOf(client, projector)
    if (standing === 'shown' && !(await viewsStand(client, projector)))
      await showAgain(client, projector, target)
    if (!why && kept && standing === 'nothing-shown')
      options.onRebuild({ siteId: kept.siteId, goal: kept.goal, why: 'unfinished' })
    const session: Session = {
      ...held,
      writer: createWriter(client, projector, target),
      landmark: why ? undefined : kept?.landmark,
      blocked: await parkedStreams(client, target),
      standing,
      check: async () => {
        session.standing = await check(client, projector, target, log, signal)
      },
      signal,
      close,
    }
    return session
  } catch (error) {
    await close()
    // What is lost first is the connection; what fails on it afterwards only says so less well.
    throw signal.aborted && !options.signal.aborted ? signal.reason : error
  }
}

async function begin(
  client: pg.Client,
  { projector, target, onRebuild }: SessionOptions,
  log: Omit<Log, 'follow'>,
  why: Unsound,
) {
  const beginning = { siteId: await log.siteId(), goal: await log.end() }
  const held = await beginFromNothing(client, projector, target, beginning)
  onRebuild({ ...beginning, why })
  return held
}

/** An older version that is shown while this one warms up has nobody any more who makes its rows anew. */
async function forgetOtherUnsound(
  client: pg.Client,
  projector: Projector,
  log: Omit<Log, 'follow'>,
  signal: AbortSignal,
): Promise<void> {
  const version = await shownVersion(client, projector)
  if (version === undefined || version >= projector.version) return
  const other = { name: projector.name, version, schema: schemaOf({ ...projector, version }) }
  const kept = await bookkeepingOf(client, { tables: [] }, other)
  // It may have other tables; that they are there is all that can be asked of them.
  if ((await whyUnsound(log, kept && { ...kept, rowsStand: true }, signal)) === undefined) return
  await inTransaction(client, () => unshow(client, other))
}

async function check(
  client: pg.Client,
  projector: Projector,
  target: Target,
  log: Omit<Log, 'follow'>,
  signal: AbortSignal,
): Promise<Standing> {
  const kept = await bookkeepingOf(client, projector, target)
  const why = await whyUnsound(log, kept, signal)
  if (why) throw new ReadModelUnsound(target.schema, why)
  const standing = await standingOf(client, projector)
  if (standing === 'shown' && !(await viewsStand(client, projector)))
    await showAgain(client, projector, target)
  const siteId = kept?.siteId ?? (await log.siteId())
  if (kept?.siteId === undefined && siteId !== undefined) await belongsTo(client, target, siteId)
  return standing
}

/** Asks again and again: a statement that waits in Postgres for the lock would keep vacuum from its work. */
async function lead(
  client: pg.Client,
  { schema }: Target,
  { onStandby, signal }: Pick<SessionOptions, 'onStandby' | 'signal'>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { rows } = await client.query<{ leads: boolean }>(
      "select pg_try_advisory_lock(hashtext('cryptotalks projector'), hashtext($1)) as leads",
      [schema],
    )
    if (rows[0]?.leads) return
    if (attempt === 1) onStandby()
    await pause(standbyMilliseconds * (0.75 + Math.random() / 2), signal)
  }
}
