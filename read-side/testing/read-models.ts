// The read models' tables as projections declare them, and rows as a test wants them.
import type { Table } from '@cryptotalks/projections/engine/table'
import * as postsTables from '@cryptotalks/projections/posts/tables'
import * as ratesTables from '@cryptotalks/projections/rates/tables'
import * as usersTables from '@cryptotalks/projections/users/tables'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import type { ProjectorName } from '../consistency/positions.ts'
import type { ReadDatabase } from '../postgres/read-database.ts'

type AnyTable = Pick<Table, 'name' | 'columns' | 'primaryKey' | 'indexes'>

const tables: Readonly<Record<ProjectorName, Readonly<Record<string, AnyTable>>>> = {
  users: usersTables,
  posts: postsTables,
  rates: ratesTables,
}

function statementsOf(schema: string, { name, columns, primaryKey, indexes }: AnyTable): string[] {
  const place = `${schema}.${name}`
  const lines = Object.entries(columns).map(
    ([column, { sql, nullable }]) => `${column} ${sql}${nullable ? '' : ' not null'}`,
  )
  return [
    `create table ${place} (${lines.join(', ')}, primary key (${primaryKey.join(', ')}))`,
    ...indexes.map(({ on, unique }) => `create ${unique ? 'unique ' : ''}index on ${place} ${on}`),
  ]
}

export interface ReadModels {
  /** For a test's own rows. */
  readonly db: ReadDatabase
  /** Lets a projector have come to this position, and tells so. */
  project(projector: ProjectorName, position: number): Promise<void>
  /** The same, but the word is lost. */
  projectSilently(projector: ProjectorName, position: number): Promise<void>
  close(): Promise<void>
}

/** Makes the tables in an empty database; each projector has come to position 0. */
export async function createReadModels(connectionString: string): Promise<ReadModels> {
  const pool = new Pool({ connectionString, max: 2 })
  pool.on('error', () => {})
  const db: ReadDatabase = new Kysely({ dialect: new PostgresDialect({ pool }) })
  await pool.query(`create extension if not exists pg_trgm;
    create schema projections;
    create table projections.checkpoints (projector text, version integer, position bigint not null,
      primary key (projector, version));
    create table projections.live (projector text primary key, version integer not null)`)
  for (const [projector, declared] of Object.entries(tables)) {
    const statements = Object.values(declared).flatMap(table => statementsOf(projector, table))
    await pool.query([`create schema ${projector}`, ...statements].join(';\n'))
    await pool.query('insert into projections.live values ($1, 1)', [projector])
    await pool.query('insert into projections.checkpoints values ($1, 1, 0)', [projector])
  }
  const advance = (projector: ProjectorName, position: number) =>
    sql`update projections.checkpoints set position = ${position} where projector = ${projector}`
  return {
    db,
    async project(projector, position) {
      const told = JSON.stringify({ projector, version: 1, position: String(position) })
      await db.transaction().execute(async trx => {
        await advance(projector, position).execute(trx)
        await sql`select pg_notify('projected', ${told})`.execute(trx)
      })
    },
    async projectSilently(projector, position) {
      await advance(projector, position).execute(db)
    },
    close: () => db.destroy(),
  }
}
