// The read models as projections makes them in a database, and rows as a test wants them.
import { allProjectors } from '@cryptotalks/projections/all-projectors'
import { takeOver } from '@cryptotalks/projections/engine/checkpoint'
import { goLive } from '@cryptotalks/projections/engine/live'
import { type Projector, schemaOf } from '@cryptotalks/projections/engine/projector'
import { prepareEngine, prepareTables } from '@cryptotalks/projections/engine/schema'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Client, Pool } from 'pg'
import type { ProjectorName } from '../consistency/positions.ts'
import type { ReadDatabase } from '../postgres/read-database.ts'

export interface ReadModels {
  /** For a test's own rows. */
  readonly db: ReadDatabase
  /** Lets a projector have come to this position, and tells so. */
  project(projector: ProjectorName, position: number): Promise<void>
  /** The same, but the word is lost. */
  projectSilently(projector: ProjectorName, position: number): Promise<void>
  /**
   * Shows the next version of a projector, which `fill` (SQL over both versions' schemas) has brought to this position.
   */
  showNextVersion(
    projector: ProjectorName,
    position: number,
    fill: (schema: string, schemaShown: string) => string,
  ): Promise<void>
  close(): Promise<void>
}

/** Makes the tables in an empty database, and the views of them; each projector has come to position 0. */
export async function createReadModels(connectionString: string): Promise<ReadModels> {
  await withClient(connectionString, async client => {
    await prepareEngine(client)
    for (const projector of allProjectors) await show(client, projector)
  })
  const pool = new Pool({ connectionString, max: 2 })
  // The tests kill the server under it.
  pool.on('error', () => {})
  const db: ReadDatabase = new Kysely({ dialect: new PostgresDialect({ pool }) })
  const shown = sql`(select version from projections.live where live.projector = checkpoints.projector)`
  const advance = (projector: ProjectorName, position: number) =>
    sql`update projections.checkpoints set position = ${position}
      where projector = ${projector} and version = ${shown}`
  return {
    db,
    async project(projector, position) {
      await db.transaction().execute(async trx => {
        await advance(projector, position).execute(trx)
        await sql`select pg_notify('projected', json_build_object('projector', projector,
          'version', version, 'position', position::text)::text)
          from projections.checkpoints where projector = ${projector}`.execute(trx)
      })
    },
    async projectSilently(projector, position) {
      await advance(projector, position).execute(db)
    },
    showNextVersion: (name, position, fill) =>
      withClient(connectionString, async client => {
        const projector = allProjectors.find(one => one.name === name)
        if (!projector) throw new Error(`There is no projector ${name}`)
        const next = { ...projector, version: projector.version + 1 }
        await prepareTables(client, next, targetOf(next))
        await takeOver(client, next)
        await client.query(fill(schemaOf(next), schemaOf(projector)))
        await client.query(
          'update projections.checkpoints set position = $3 where projector = $1 and version = $2',
          [name, next.version, position],
        )
        const { kind } = await goLive(client, next, targetOf(next))
        if (kind !== 'live') throw new Error(`Version ${next.version} of ${name} is ${kind}`)
      }),
    close: () => db.destroy(),
  }
}

const targetOf = (projector: Projector) => ({ ...projector, schema: schemaOf(projector) })

async function show(client: Client, projector: Projector): Promise<void> {
  await prepareTables(client, projector, targetOf(projector))
  await takeOver(client, projector)
  await goLive(client, projector, targetOf(projector))
}

async function withClient(
  connectionString: string,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client(connectionString)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
