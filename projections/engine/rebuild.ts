// Builds a projector's tables from nothing in a schema of their own, beside what runs, and compares two such schemas.
import { decodeEvents } from '@cryptotalks/shared-kernel/eventsourcing/codec'
import type { EventRegistry } from '@cryptotalks/shared-kernel/eventsourcing/event-registry'
import type { Keyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import pg from 'pg'
import { applyPage, createWriter } from './apply-page.ts'
import { takeOver } from './checkpoint.ts'
import type { FollowLog } from './feeds.ts'
import { type Step, stepOf } from './fold.ts'
import type { Projector } from './projector.ts'
import { prepareEngine, prepareTables } from './schema.ts'
import { placeOf } from './table-statements.ts'

export interface RebuildOptions {
  readonly projector: Projector
  /** The schema to build in; must not be there yet. Its owner drops it. */
  readonly schema: string
  readonly connectionString: string
  readonly follow: FollowLog
  readonly registry: EventRegistry
  readonly keyring: Keyring
  readonly signal: AbortSignal
  readonly onProgress?: (position: Position, events: number) => void
}

/**
 * Folds the log from its first event to its end as it stands now. Resolves with where that is and how many events were
 * applied; stops with ProjectionStopped at the first that can't be.
 */
export async function rebuildInto(
  options: RebuildOptions,
): Promise<{ readonly position: Position; readonly events: number }> {
  const { projector, schema, connectionString, signal } = options
  const client = new pg.Client({ connectionString, pipeline: true })
  // A lost connection shows in the query at hand; without a listener it would end the process.
  client.on('error', () => undefined)
  await client.connect()
  const target = { name: `rebuild ${schema}`, version: projector.version, schema }
  try {
    const { rows } = await client.query('select from pg_namespace where nspname = $1', [schema])
    if (rows.length > 0) throw new Error(`There is a schema ${schema} already`)
    await prepareEngine(client)
    await prepareTables(client, projector, target)
    const writer = createWriter(client, projector, target)
    let { position, fence } = await takeOver(client, target)
    let events = 0
    for await (const page of options.follow(undefined, signal)) {
      const decoded = await decodeEvents(options.registry, options.keyring, page.events)
      const steps = decoded
        .map(one => stepOf(projector, one))
        .filter((step): step is Step => step !== undefined)
      const work = { steps, to: page.position }
      await applyPage(writer, { position, fence }, work, { blocked: new Set(), onFailure: 'stop' })
      position = page.position
      events += steps.length
      options.onProgress?.(position, events)
      if (page.caughtUp) return { position, events }
    }
    throw signal.reason
  } finally {
    await client
      .query('delete from projections.checkpoints where projector = $1', [target.name])
      .catch(() => undefined)
    await client.end().catch(() => undefined)
  }
}

/** How many rows of each table are in one of the two schemas and not, or not the same, in the other. */
export async function differingRows(
  client: pg.ClientBase | pg.Pool,
  projector: Projector,
  one: string,
  other: string,
): Promise<Readonly<Record<string, number>>> {
  const differing: Record<string, number> = {}
  for (const { table } of projector.tables) {
    const [a, b] = [placeOf(one, table), placeOf(other, table)]
    const { rows } = await client.query<{ count: string }>(
      `select count(*) from (
         (select * from ${a} except all select * from ${b})
         union all (select * from ${b} except all select * from ${a})) as differing`,
    )
    differing[table.name] = Number(rows[0]?.count)
  }
  return differing
}
