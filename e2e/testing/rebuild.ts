// Builds every read model anew from the log, beside the running ones, and compares row by row.
import { allProjectors } from '@cryptotalks/projections/all-projectors'
import { schemaOf } from '@cryptotalks/projections/engine/projector'
import { differingRows, rebuildInto } from '@cryptotalks/projections/engine/rebuild'
import { dropTables } from '@cryptotalks/projections/engine/schema'
import { followProjected } from '@cryptotalks/projections/follow'
import { registry } from '@cryptotalks/shared-kernel/events/registry'
import { connectEventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import { createPostgresKeyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring-in-postgres'
import pg from 'pg'
import { untilProjected } from './read-models.ts'
import type { World } from './world.ts'

const rebuildWithinMilliseconds = 60_000

/**
 * What differs between the tables that run and those built from nothing, as sentences: none when all is well. The rates
 * feed stands still meanwhile, so that both have seen the same log.
 */
export async function rebuiltDifferences(world: World): Promise<string[]> {
  const feed = world.process('rates-feed')
  await feed.hold()
  const store = connectEventStore(world.eventStoreUrl)
  const pool = new pg.Pool({ connectionString: world.databaseUrl, max: 4 })
  const keys = new pg.Pool({ connectionString: world.keyringUrl, max: 1 })
  try {
    await untilProjected(world)
    const keyring = createPostgresKeyring(keys, Buffer.from(world.masterKey, 'base64'))
    const differences: string[] = []
    for (const projector of allProjectors) {
      const schema = `rebuilt_${projector.name}`
      const { events } = await rebuildInto({
        projector,
        schema,
        connectionString: world.databaseUrl,
        follow: followProjected(store),
        registry,
        keyring,
        signal: AbortSignal.timeout(rebuildWithinMilliseconds),
      })
      if (events === 0) differences.push(`${projector.name} was rebuilt from no events at all`)
      const differing = await differingRows(pool, projector, schemaOf(projector), schema)
      for (const [table, rows] of Object.entries(differing))
        if (rows > 0) differences.push(`${rows} rows of ${projector.name}.${table} differ`)
      const client = await pool.connect()
      await dropTables(client, { name: schema, version: projector.version, schema })
      client.release()
    }
    return differences
  } finally {
    await Promise.all([store.close(), pool.end(), keys.end()])
    feed.release()
    await feed.untilReady()
  }
}
