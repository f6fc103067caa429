// A store that is emptied between two tests is as a fresh one at once, for the same clients.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventStoreDBClient } from '@eventstore/db-client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type EventStoreServer, startEventStore } from '../index.ts'
import { event, events, failureOf, labels } from './harness.ts'

let dir: string
let server: EventStoreServer
let client: EventStoreDBClient
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'event-store-reset-'))
})
afterEach(async () => {
  await client.dispose()
  await server.stop()
  rmSync(dir, { recursive: true, force: true })
})

describe.each(['in memory', 'on disk'])('%s', place => {
  beforeEach(async () => {
    server = await startEventStore(place === 'on disk' ? { dir } : { memory: true })
    client = EventStoreDBClient.connectionString(server.connectionString)
  })

  test('the same client goes on at once, and finds nothing of what was there', async () => {
    const again = event('again')
    for (let round = 0; round < 20; round++) {
      const options = { expectedRevision: 'no_stream' } as const
      await client.appendToStream('s', [again, event('more')], options)
      expect(await labels(client.readStream('s'))).toEqual(['0:again', '1:more'])
      server.reset()
      if (round % 2 === 0) {
        expect((await failureOf(labels(client.readStream('s')))).constructor.name).toBe(
          'StreamNotFoundError',
        )
      }
    }
  })

  test('what was under way is answered, and what follows is written to the empty store', async () => {
    const before = Array.from({ length: 50 }, (_, i) =>
      client.appendToStream(`s-${i}`, events('x')),
    )
    await before[0]
    server.reset()
    const after = client.appendToStream('after', events('y'))
    for (const { status } of await Promise.allSettled(before)) expect(status).toBe('fulfilled')
    expect((await after).nextExpectedRevision).toBe(0n)
    expect(await labels(client.readStream('after'))).toEqual(['0:y'])
  })
})

test('on disk, what was emptied stays so over a restart', async () => {
  server = await startEventStore({ dir })
  client = EventStoreDBClient.connectionString(server.connectionString)
  await client.appendToStream('old', events('x'))
  server.reset()
  await client.appendToStream('new', events('y'))
  await client.dispose()
  await server.stop()
  server = await startEventStore({ dir })
  client = EventStoreDBClient.connectionString(server.connectionString)
  expect(await labels(client.readStream('new'))).toEqual(['0:y'])
  expect((await failureOf(labels(client.readStream('old')))).constructor.name).toBe(
    'StreamNotFoundError',
  )
})
