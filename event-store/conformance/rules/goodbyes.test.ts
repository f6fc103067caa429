// How a server says goodbye, and how its clients find it again.
import { EventStoreDBClient } from '@eventstore/db-client'
import { expect, test } from 'vitest'
import { startEventStore } from '../../index.ts'
import { aStream, event } from '../harness.ts'
import { Batch } from './batch.ts'
import { Groups } from './groups.ts'
import { Listener, readAll } from './reads.ts'
import { Writes } from './writes.ts'

test('a server that stops ends what never ends by itself, and clients know that it was not them', async () => {
  const server = await startEventStore({ memory: true })
  const writes = new Writes(`127.0.0.1:${server.port}`)
  const groups = new Groups(server.port)
  const stream = aStream()
  const batch = new Batch(writes)
  await batch.append(stream, [{}])
  await groups.create({ stream })
  const consumer = groups.consume({ stream })
  await consumer.next(2)
  const listener = new Listener(writes, { stream })
  await listener.history()
  await server.stop()
  const CANCELLED_OR_UNAVAILABLE = [1, 14]
  expect(CANCELLED_OR_UNAVAILABLE).toContain((await batch.ended).code)
  expect(CANCELLED_OR_UNAVAILABLE).toContain((await consumer.ended).code)
  expect(await listener.next(1)).toMatch(/^status (1|14)$/)
  expect((await readAll(writes, { stream, count: 1 })).ended.code).toBe(14)
  writes.close()
  groups.close()
})

test('a client finds a server again that was started anew on the same port', async () => {
  const first = await startEventStore({ memory: true })
  const client = EventStoreDBClient.connectionString(first.connectionString)
  await client.appendToStream(aStream(), event('a'))
  await first.stop()
  const second = await startEventStore({ memory: true, port: first.port })
  const append = () => client.appendToStream(aStream(), event('a')).then(({ success }) => success)
  await expect.poll(() => append().catch(() => false), { timeout: 20_000 }).toBe(true)
  await client.dispose()
  await second.stop()
})
