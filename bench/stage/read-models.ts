// The read models as tables: how far each projector has come, and which tables it keeps.
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'

export interface ReadModels {
  /** Resolves when every projector stands at `position` or beyond, and is shown; rejects after the time-out. */
  caughtUp(position: bigint, timeoutSeconds: number): Promise<void>
  /** The tables of every projector, schema-qualified, as they are and not through their views. */
  tables(): Promise<readonly { readonly schema: string; readonly name: string }[]>
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>
  close(): Promise<void>
}

const projectors = 3

export async function openReadModels(databaseUrl: string): Promise<ReadModels> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const query: ReadModels['query'] = async (text, values = []) =>
    (await client.query(text, [...values])).rows
  const behind = async (position: bigint) => {
    const [found] = await query<{ made: boolean }>(
      `select to_regclass('projections.checkpoints') is not null as made`,
    )
    if (!found?.made) return true
    const [row] = await query<{ there: number }>(
      `select count(*)::int as there from projections.checkpoints
       join projections.live using (projector, version) where position >= $1::numeric`,
      [String(position)],
    )
    return (row?.there ?? 0) < projectors
  }
  return {
    query,
    caughtUp: async (position, timeoutSeconds) => {
      const deadline = performance.now() + timeoutSeconds * 1_000
      while (await behind(position)) {
        if (performance.now() > deadline)
          throw new Error(`The projectors did not reach ${position} within ${timeoutSeconds} s`)
        await pause(10)
      }
    },
    tables: () =>
      query(
        `select table_schema as schema, table_name as name from information_schema.tables
         where table_type = 'BASE TABLE' and table_schema ~ '^(users|posts|rates)_[0-9]+$'
         order by 1, 2`,
      ),
    close: () => client.end(),
  }
}
