// The tables on disk: the engine's own, and those of each version of a projector in a schema of their own.
import { createHash, randomUUID } from 'node:crypto'
import pg, { type ClientBase } from 'pg'
import type { Target } from './checkpoint.ts'
import type { AnyColumn } from './column.ts'
import { DeclarationChanged } from './failures.ts'
import type { Projector } from './projector.ts'
import type { AnyTable, Index } from './table.ts'
import { placeOf, quoted } from './table-statements.ts'
import { projectedChannel, shownHasChanged } from './tables.ts'
import { inTransaction } from './transaction.ts'

const literal = pg.escapeLiteral

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
    site text,
    landmark text,
    generation text not null default '',
    goal bigint not null default 0,
    primary key (projector, version)) with (fillfactor = 50);
  alter table projections.checkpoints add column if not exists site text;
  alter table projections.checkpoints add column if not exists landmark text;
  alter table projections.checkpoints add column if not exists generation text not null default '';
  alter table projections.checkpoints add column if not exists goal bigint not null default 0;
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

// Whoever empties a table by hand takes away what is shown in the same moment: no reader ever sees an empty list in
// the place of a full one. The worker finds its checkpoint fenced off and its rows of no generation.
const onTruncate = `
  create or replace function projections.rows_lost() returns trigger language plpgsql as $$
  declare shown record;
  begin
    update projections.checkpoints set fence = fence + 1, generation = ''
      where projector = tg_argv[0] and version = tg_argv[1]::int;
    delete from projections.live where projector = tg_argv[0] and version = tg_argv[1]::int;
    if found then
      for shown in select viewname from pg_views where schemaname = tg_argv[0] loop
        execute format('drop view %I.%I', tg_argv[0], shown.viewname);
      end loop;
    end if;
    perform pg_notify('${projectedChannel}', '${shownHasChanged}');
    return null;
  end $$`

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

const tellOfTruncation = (table: AnyTable, { name, version, schema }: Target) =>
  `create trigger rows_lost before truncate on ${placeOf(schema, table)} for each statement
   execute function projections.rows_lost(${literal(name)}, ${version})`

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
    await client.query(onTruncate)
    await client.query('create extension if not exists pg_trgm')
  })

/**
 * Creates the target's schema and tables when they are missing, and indexes that are new. Safe from several processes
 * at once and again. Throws DeclarationChanged when the tables there are others than the projector's.
 */
export const prepareTables = (
  client: ClientBase,
  projector: Projector,
  target: Target,
): Promise<void> =>
  inTransaction(client, async () => {
    await lockSchemas(client)
    const { schema } = target
    const declaration = declarationOf(projector)
    const { rows } = await client.query<{ declaration: string | null }>(
      "select obj_description(oid, 'pg_namespace') as declaration from pg_namespace where nspname = $1",
      [schema],
    )
    if (rows[0] && rows[0].declaration?.split(' ')[0] !== declaration)
      throw new DeclarationChanged(schema)
    if (!rows[0]) await createTables(client, projector, target, randomUUID())
    else await createIndexes(client, projector, target)
  })

/** Makes the target's schema and tables, under a name that tells these rows from any made before or after. */
export async function createTables(
  client: ClientBase,
  projector: Projector,
  target: Target,
  generation: string,
): Promise<void> {
  const schema = quoted(target.schema)
  await client.query(`create schema ${schema}`)
  await client.query(`comment on schema ${schema} is '${declarationOf(projector)} ${generation}'`)
  for (const { table } of projector.tables) {
    await client.query(createTable(target.schema, table))
    await client.query(tellOfTruncation(table, target))
  }
  await createIndexes(client, projector, target)
}

async function createIndexes(client: ClientBase, projector: Projector, { schema }: Target) {
  for (const { table } of projector.tables)
    for (const index of table.indexes) await client.query(createIndex(schema, table, index))
}

/** The name that the rows of a schema were made under; undefined when there is none. */
export async function generationOf(
  client: ClientBase,
  schema: string,
): Promise<string | undefined> {
  const { rows } = await client.query<{ comment: string | null }>(
    "select obj_description(oid, 'pg_namespace') as comment from pg_namespace where nspname = $1",
    [schema],
  )
  return rows[0]?.comment?.split(' ')[1]
}

/** Drops a schema that `prepareTables` made, with all its rows. */
export const dropTables = (client: ClientBase, { schema }: Target) =>
  client.query(`drop schema if exists ${quoted(schema)} cascade`)
