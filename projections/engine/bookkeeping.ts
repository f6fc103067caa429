// What is written down about a version's rows: how far they go, in which log, and by which name they are known.
import { randomUUID } from 'node:crypto'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import type { ClientBase } from 'pg'
import type { Held, Target } from './checkpoint.ts'
import { unshow } from './live.ts'
import { type Landmark, landmarkFrom } from './log.ts'
import type { Projector } from './projector.ts'
import { createTables, dropTables, generationOf, lockSchemas } from './schema.ts'
import { inTransaction } from './transaction.ts'

export interface Bookkeeping {
  readonly position: Position
  readonly events: number
  readonly siteId: string | undefined
  /** Where the log ended when the rows were begun. */
  readonly goal: Position
  /** The last event that was seen at or before the position; none when there was none. */
  readonly landmark: Landmark | undefined
  /** Whether the rows are those that the checkpoint tells of: all tables stand, as that worker made them. */
  readonly rowsStand: boolean
}

interface BookkeepingRow {
  readonly position: string
  readonly events: string
  readonly site: string | null
  readonly goal: string
  readonly landmark: string | null
  readonly generation: string
  readonly tables: number
}

/** Undefined when no such version was ever begun here, or nothing is left of it. */
export async function bookkeepingOf(
  client: ClientBase,
  { tables }: Pick<Projector, 'tables'>,
  { name, version, schema }: Target,
): Promise<Bookkeeping | undefined> {
  const names = tables.map(({ table }) => table.name)
  const { rows } = await client.query<BookkeepingRow>(
    `select position, events, site, goal, landmark, generation,
       (select count(*)::int from pg_tables where schemaname = $3 and tablename = any($4)) as tables
     from projections.checkpoints where projector = $1 and version = $2`,
    [name, version, schema, names],
  )
  const [row] = rows
  if (!row) return undefined
  const generation = await generationOf(client, schema)
  return {
    position: BigInt(row.position),
    events: Number(row.events),
    siteId: row.site ?? undefined,
    goal: BigInt(row.goal),
    landmark: row.landmark === null ? undefined : landmarkFrom(row.landmark),
    rowsStand: generation === row.generation && row.tables === names.length,
  }
}

/** What a version is begun with. */
export interface Beginning {
  readonly siteId: string | undefined
  /** The log's end as it stands now: what lies before it is what has to be read anew. */
  readonly goal: Position
}

/** Throws the version's rows away, ceases to show them, and takes it over with empty tables, all or nothing. */
export const beginFromNothing = (
  client: ClientBase,
  projector: Projector,
  target: Target,
  { siteId, goal }: Beginning,
): Promise<Held> =>
  inTransaction(client, async () => {
    await lockSchemas(client)
    await unshow(client, target)
    await dropTables(client, target)
    const generation = randomUUID()
    await createTables(client, projector, target, generation)
    const { name, version } = target
    await client.query('delete from projections.parked where projector = $1 and version = $2', [
      name,
      version,
    ])
    const { rows } = await client.query<{ fence: string }>(
      `insert into projections.checkpoints as held
         (projector, version, fence, site, goal, generation) values ($1, $2, 1, $3, $4, $5)
       on conflict (projector, version) do update set position = 0, events = 0, landmark = null,
         fence = held.fence + 1, site = excluded.site, goal = excluded.goal,
         generation = excluded.generation, updated_at = now()
       returning fence`,
      [name, version, siteId ?? null, String(goal), generation],
    )
    return { position: 0n, fence: rows[0]?.fence ?? '1' }
  })

/** Writes down whose log it is, once that is known. */
export const belongsTo = (
  client: ClientBase,
  { name, version }: Pick<Target, 'name' | 'version'>,
  siteId: string,
) =>
  client.query(
    'update projections.checkpoints set site = $3 where projector = $1 and version = $2 and site is null',
    [name, version, siteId],
  )
