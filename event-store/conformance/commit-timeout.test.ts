// Clients are told when a commit takes longer than they are to wait for, and what they wrote is there all the same.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DeadlineExceededError,
  EventStoreDBClient,
  jsonEvent,
  TimeoutError,
} from '@eventstore/db-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EventStoreServer, startEventStore } from '../index.ts'
import { eventually } from './group-consumer.ts'
import { aStream } from './harness.ts'

/** With credentials, the client makes a call of its own for an append. */
const ALONE = { credentials: { username: 'admin', password: 'changeit' } }
const AT_ONCE = 20

let dir: string
let server: EventStoreServer
let client: EventStoreDBClient
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'event-store-timeout-'))
  server = await startEventStore({ dir, commitTimeoutMs: 1 })
  client = EventStoreDBClient.connectionString(server.connectionString)
})
afterAll(async () => {
  await client.dispose()
  await server.stop()
  rmSync(dir, { recursive: true, force: true })
})

const small = () => jsonEvent({ type: 'small', data: {} })

/** Appends to a stream, several at once and one after the other: each is to end so. */
async function allTimeOut(stream: string, options: object, ending: new () => Error) {
  const append = () => client.appendToStream(stream, small(), options)
  const settled = await Promise.allSettled(Array.from({ length: AT_ONCE }, append))
  for (let i = 0; i < AT_ONCE; i++) settled.push(...(await Promise.allSettled([append()])))
  for (const outcome of settled) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(ending) })
  }
}

async function countOf(stream: string): Promise<number> {
  let count = 0
  for await (const _ of client.readStream(stream)) count++
  return count
}

test('within a millisecond nothing is on disk: an append alone ends by TimeoutError, and is written', async () => {
  const stream = aStream()
  await allTimeOut(stream, ALONE, TimeoutError)
  await eventually(() => countOf(stream).catch(() => 0)).toBe(2 * AT_ONCE)
})

test('an append in a batch ends by DeadlineExceededError then, and is written', async () => {
  const stream = aStream()
  await allTimeOut(stream, {}, DeadlineExceededError)
  await eventually(() => countOf(stream).catch(() => 0)).toBe(2 * AT_ONCE)
})
