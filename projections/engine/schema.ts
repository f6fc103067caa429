// The tables on disk: the engine's own, and those of each version of a projector in a schema of their own.
import { createHash } from 'node:crypto'
import type { ClientBase } from 'pg'
import type { Target } from './checkpoint.ts'
import type { AnyColumn } from './column.ts'
import { DeclarationChanged } from './failures.ts'
import type { Projector } from './projector.ts'
import type { AnyTable, Index } from './table.ts'
import { placeOf, quoted } from './table-statements.ts'
import { inTransaction } from './transaction.ts'

/** Waits for every other change of schemas or views; "if not exists" alone can collide on the catalogue's indexes. */
export const lockSchemas = (client: ClientBase) =>
  client.query("select pg_advisory_xact_lock(hashtext('cryptotalks projections'))")

// The checkpoint row is written with every page: free space in its page lets Postgres do so in place.
const engineTables = `
  create schema if not exists projections;
  create table if not exists projections.checkpoints (
    projector text not null,
    version integer not null,
    position bigint not null default 0,
    fence bigint not null default 0,
    events bigint not null default 0,
    updated_at timestamptz not null default now(),
    primary key (projector, version)) with (fillfactor = 50);
  create table if not exists projections.parked (
    projector text not null,
    version integer not null,
    event_id text not null,
    event_type text not null,
    stream_name text not null,
    revision bigint not null,
    position bigint not null,
    reason text not null,
    parked_at timestamptz not null default now(),
    primary key (projector, version, event_id));
  create table if not exists projections.live (
    projector text primary key,
    version integer not null)`

function createTable(schema: string, table: AnyTable): string {
  const columns = Object.entries<AnyColumn>(table.columns).map(
    ([name, { sql, nullable }]) => `${quoted(name)} ${sql}${nullable ? '' : ' not null'}`,
  )
  const key = (table.primaryKey as readonly string[]).map(quoted).join(', ')
  return `create table ${placeOf(schema, table)} (${columns.join(', ')}, primary key (${key}))`
}

function createIndex(schema: string, table: AnyTable, { on, unique }: Index): string {
  const name = `${table.name}_${on.match(/\w+/g)?.join('_')}`
  return `create ${unique ? 'unique ' : ''}index if not exists ${quoted(name)} on ${placeOf(schema, table)} ${on}`
}

/** Tells one declaration of tables from another; indexes may come and go without a new version. */
function declarationOf(projector: Projector): string {
  const tables = projector.tables.map(({ table }) => createTable('', table))
  return createHash('sha256').update(tables.join('\n')).digest('hex')
}

/** Creates the engine's own tables when they are missing. Safe from several processes at once and again. */
export const prepareEngine = (client: ClientBase): Promise<void> =>
  inTransaction(client, async () => {
    await lockSchemas(client)
    await client.query(engineTables)
    await client.query('create extension if not exists pg_trgm')
  })

/**
 * Creates the target's schema and tables when they are missing, and indexes that are new. Safe from several processes
 * at once and again. Throws DeclarationChanged when the tables there are others than the projector's.
 */
export const prepareTables = (
  client: ClientBase,
  projector: Projector,
  { schema }: Target,
): Promise<void> =>
  inTransaction(client, async () => {
    await lockSchemas(client)
    const declaration = declarationOf(projector)
    const { rows } = await client.query<{ declaration: string | null }>(
      "select obj_description(oid, 'pg_namespace') as declaration from pg_namespace where nspname = $1",
      [schema],
    )
    if (rows[0] && rows[0].declaration !== declaration) throw new DeclarationChanged(schema)
    if (!rows[0]) {
      await client.query(`create schema ${quoted(schema)}`)
      await client.query(`comment on schema ${quoted(schema)} is '${declaration}'`)
      for (const { table } of projector.tables) await client.query(createTable(schema, table))
    }
    for (const { table } of projector.tables)
      for (const index of table.indexes) await client.query(createIndex(schema, table, index))
  })

/** Drops a schema that `prepareTables` made, with all its rows. */
export const dropTables = (client: ClientBase, { schema }: Target) =>
  client.query(`drop schema if exists ${quoted(schema)} cascade`)
