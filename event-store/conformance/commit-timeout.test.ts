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
const LARGE = 'x'.repeat(20_000)
const AT_ONCE = 100
const MOST_ROUNDS = 50

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

const large = () => jsonEvent({ type: 'large', data: { LARGE } })

/** Appends large events to a stream, several at once, until one has timed out; resolves with how many were sent. */
async function untilTimedOut(
  stream: string,
  options: object,
  ending: new () => Error,
): Promise<number> {
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const appends = Array.from({ length: AT_ONCE }, () =>
      client.appendToStream(stream, large(), options),
    )
    const failures = (await Promise.allSettled(appends)).flatMap(settled =>
      settled.status === 'rejected' ? [settled.reason] : [],
    )
    for (const failure of failures) expect(failure).toBeInstanceOf(ending)
    if (failures.length > 0) return round * AT_ONCE
  }
  throw new Error(`None of ${MOST_ROUNDS} rounds took a millisecond.`)
}

async function countOf(stream: string): Promise<number> {
  let count = 0
  for await (const _ of client.readStream(stream)) count++
  return count
}

test('an append alone that is not on disk in time ends by TimeoutError, and is written', async () => {
  const stream = aStream()
  const sent = await untilTimedOut(stream, ALONE, TimeoutError)
  await eventually(() => countOf(stream).catch(() => 0)).toBe(sent)
})

test('an append in a batch ends by DeadlineExceededError then, and is written', async () => {
  const stream = aStream()
  const sent = await untilTimedOut(stream, {}, DeadlineExceededError)
  await eventually(() => countOf(stream).catch(() => 0)).toBe(sent)
})
