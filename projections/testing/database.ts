// Databases for the engine's tests: one server a file, and what tests ask of it.

import { startTestPostgres, type TestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import pg from 'pg'
import { type Projected, projectedChannel } from '../engine/tables.ts'

export interface TestDatabase {
  readonly connectionString: string
  readonly query: <Row extends pg.QueryResultRow>(
    text: string,
    values?: readonly unknown[],
  ) => Promise<Row[]>
  /** Waits until the projector's checkpoint has reached the position, and rows of it are shown. */
  readonly reached: (projector: string, position: Position, version?: number) => Promise<void>
  /** Waits until a query's first row satisfies. */
  readonly until: <Row extends pg.QueryResultRow>(
    text: string,
    enough: (row: Row | undefined) => boolean,
  ) => Promise<void>
  readonly close: () => Promise<void>
}

let databases = 0
const retryMilliseconds = 20

export async function createDatabase(server: TestPostgres): Promise<TestDatabase> {
  databases += 1
  const connectionString = await server.createDatabase(`test_${databases}`)
  const pool = new pg.Pool({ connectionString, max: 2 })
  pool.on('error', () => undefined)
  const query = async <Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ) => (await pool.query<Row>(text, [...values])).rows
  const until: TestDatabase['until'] = async (text, enough) => {
    for (;;) {
      if (pool.ended) throw new Error('The database was closed')
      const rows = await query(text).catch(() => [])
      if (enough(rows[0] as never)) return
      await new Promise(resolve => setTimeout(resolve, retryMilliseconds))
    }
  }
  return {
    connectionString,
    query,
    until,
    reached: (projector, position, version = 1) =>
      until<{ position: string }>(
        `select position from projections.checkpoints join projections.live using (projector)
         where projector = '${projector}' and checkpoints.version = ${version}`,
        row => row !== undefined && BigInt(row.position) >= position,
      ),
    close: () => pool.end(),
  }
}

/** Everything that is told on the channel, until closed. */
export async function listen(connectionString: string) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const told: Projected[] = []
  client.on('notification', ({ payload }) => told.push(JSON.parse(payload ?? '') as Projected))
  await client.query(`listen ${projectedChannel}`)
  return { told, close: () => client.end() }
}

export { startTestPostgres, type TestPostgres }
