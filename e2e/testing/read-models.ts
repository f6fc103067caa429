// The read models seen from beside the read side: counted by SQL, waited for by position.

import { projectedPrefixes } from '@cryptotalks/shared-kernel/events/streams'
import { connectEventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import { BACKWARDS, END } from '@eventstore/db-client'
import pg from 'pg'
import { type Person, visit } from './person.ts'
import { until } from './until.ts'
import type { World } from './world.ts'

/** One query on a connection of its own, since the server may have been killed since the last. */
export async function query<Row extends pg.QueryResultRow>(
  databaseUrl: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Row>(text, [...values])).rows
  } finally {
    await client.end()
  }
}

/** Where the log ends now, whatever its last event is. */
export async function logEnd(eventStoreUrl: string): Promise<bigint> {
  const store = connectEventStore(eventStoreUrl)
  try {
    return await store.end()
  } finally {
    await store.close()
  }
}

/** Where the newest event stands that read models follow; those behind it (a reserved name) show nowhere. */
async function newestProjected(eventStoreUrl: string): Promise<bigint> {
  const { client, close } = connectEventStore(eventStoreUrl)
  try {
    for await (const { event } of client.readAll({ direction: BACKWARDS, fromPosition: END }))
      if (event && projectedPrefixes.some(prefix => event.streamId.startsWith(prefix)))
        return event.position?.commit ?? 0n
    return 0n
  } finally {
    await close()
  }
}

// One read of each projector: together they tell when all three have come to a position.
const readOfEach = ['/api/posts?limit=1', '/api/coins?limit=1', '/api/users/nobody']

async function honours(reader: Person, path: string, position: bigint): Promise<boolean> {
  const answer = await reader.get(path, { headers: { 'cryptotalks-after': String(position) } })
  return answer.status < 500
}

/** Resolves when every read model shows all that is in the log now, as the read side itself says. */
export async function untilProjected(world: World): Promise<bigint> {
  const end = await until('the log can be read', () => newestProjected(world.eventStoreUrl))
  const reader = visit(world.url)
  for (const path of readOfEach)
    await until(`${path} reflects ${end}`, async () =>
      (await honours(reader, path, end)) ? true : undefined,
    )
  return end
}
