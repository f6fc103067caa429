// One page in one transaction: checkpoint, rows and parked events of a projector, all or nothing.
import { setImmediate } from 'node:timers/promises'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import type { ClientBase, QueryArrayResult, QueryResult } from 'pg'
import { type Held, moveCheckpoint, type Target } from './checkpoint.ts'
import { LeadershipLost, ProjectionStopped } from './failures.ts'
import { applyStep, keysOf, type Parked, type Rows, type Step } from './fold.ts'
import type { Landmark } from './log.ts'
import { park } from './parking.ts'
import type { Projector, TableFold } from './projector.ts'
import type { Key, Row } from './table.ts'
import { statementsOf, type TableStatements } from './table-statements.ts'
import { commit, rollback, together } from './transaction.ts'

/** A projector with the place it writes to. */
export interface Writer {
  readonly client: ClientBase
  readonly projector: Projector
  readonly target: Target
  readonly statements: ReadonlyMap<TableFold, TableStatements>
}

/** Pages of events, and where the log stands after them. */
export interface Work {
  readonly steps: readonly Step[]
  readonly to: Position
  /** The last event that was seen on the way there, applied or not. */
  readonly landmark?: Landmark | undefined
}

export interface Policy {
  /** Streams whose events wait behind a parked one. */
  readonly blocked: ReadonlySet<string>
  /** `park` goes on past an event that can't be applied, `stop` throws ProjectionStopped. */
  readonly onFailure: 'park' | 'stop'
}

export interface Applied {
  readonly events: number
  readonly parked: readonly Parked[]
  readonly rows: number
  readonly seconds: { readonly load: number; readonly fold: number; readonly write: number }
}

export const createWriter = (client: ClientBase, projector: Projector, target: Target): Writer => ({
  client,
  projector,
  target,
  statements: new Map(
    projector.tables.map(fold => [fold, statementsOf(target.schema, fold.table)] as const),
  ),
})

/**
 * Applies `work` and moves the checkpoint from `held` to its end. Throws LeadershipLost when another worker moved it,
 * and whatever Postgres failed with; nothing is written then.
 */
export async function applyPage(
  writer: Writer,
  held: Held,
  work: Work,
  policy: Policy,
): Promise<Applied> {
  const { client } = writer
  try {
    const begun = performance.now()
    const loaded = await load(writer, held, work)
    const foldedFrom = performance.now()
    const { rows, parked } = await fold(writer.projector, loaded, work.steps, policy)
    const writtenFrom = performance.now()
    const written = await write(writer, loaded, rows, parked)
    const done = performance.now()
    return {
      events: work.steps.length,
      parked,
      rows: written,
      seconds: {
        load: (foldedFrom - begun) / 1_000,
        fold: (writtenFrom - foldedFrom) / 1_000,
        write: (done - writtenFrom) / 1_000,
      },
    }
  } catch (error) {
    await rollback(client)
    throw error
  }
}

/** Moves the checkpoint over events that are none of the projector's. */
export async function skipTo(
  writer: Writer,
  held: Held,
  to: Position,
  landmark?: Landmark,
): Promise<void> {
  const { rows } = await writer.client.query(moveCheckpoint(writer.target, held, to, 0, landmark))
  if (rows.length === 0) throw new LeadershipLost(writer.target.schema)
}

type Loaded = ReadonlyMap<TableFold, Rows>

/** In one round trip: moves the checkpoint, whose row lock keeps every other worker out, and loads the touched rows. */
async function load({ client, target, statements }: Writer, held: Held, work: Work) {
  const keys = [...keysOf(work.steps)]
  const begun = client.query('begin')
  const moving = client.query(
    moveCheckpoint(target, held, work.to, work.steps.length, work.landmark),
  )
  const loading = keys.map(([fold, wanted]) => {
    const statement = statements.get(fold)?.load([...wanted.values()])
    if (!statement) throw new Error(`No statements for ${fold.table.name}`)
    return client.query(statement)
  })
  const [, moved, ...results] = await together<
    [Promise<QueryResult>, Promise<QueryResult>, ...Promise<QueryArrayResult<unknown[]>>[]]
  >([begun, moving, ...loading])
  if (moved.rows.length === 0) throw new LeadershipLost(target.schema)
  const loaded = new Map<TableFold, Rows>()
  keys.forEach(([fold], index) => {
    const parse = statements.get(fold)?.parse
    loaded.set(fold, new Map(parse && results[index]?.rows.map(parse)))
  })
  return loaded
}

// A fold may render a thousand posts: it must let health checks and other projectors have their turn.
const turnMilliseconds = 10

async function fold(
  projector: Projector,
  loaded: Loaded,
  steps: readonly Step[],
  { blocked, onFailure }: Policy,
) {
  const rows = new Map([...loaded].map(([table, known]) => [table, new Map(known)] as const))
  const working = { rows, blocked: new Set(blocked) }
  const parked: Parked[] = []
  let turn = performance.now()
  for (const step of steps) {
    const bad = applyStep(projector, working, step)
    if (bad && onFailure === 'stop') throw new ProjectionStopped(projector, bad)
    if (bad) parked.push(bad)
    if (performance.now() - turn > turnMilliseconds) {
      await setImmediate()
      turn = performance.now()
    }
  }
  return { rows, parked }
}

/** In one round trip: what changed against what was loaded, then the commit. */
async function write(
  { client, target, statements }: Writer,
  loaded: Loaded,
  rows: Loaded,
  parked: readonly Parked[],
): Promise<number> {
  let count = 0
  const queries = [...rows].flatMap(([fold, now]) => {
    const { upserts, removals } = changesOf(loaded.get(fold) ?? new Map(), now)
    const statement = statements.get(fold)
    count += upserts.length + removals.length
    // Removals first: a row that goes may hold a unique value that one which comes needs.
    return [
      ...(statement && removals.length > 0 ? [statement.remove(removals)] : []),
      ...(statement && upserts.length > 0 ? [statement.upsert(upserts)] : []),
    ]
  })
  if (parked.length > 0) queries.push(park(target, parked))
  await together([...queries.map(query => client.query(query)), commit(client)])
  return count
}

function changesOf(before: Rows, now: Rows): { upserts: Row[]; removals: Key[] } {
  const upserts: Row[] = []
  const removals: Key[] = []
  for (const [text, row] of now) {
    const was = before.get(text)
    if (row === was) continue
    if (row) upserts.push(row)
    else if (was) removals.push(was)
  }
  return { upserts, removals }
}
