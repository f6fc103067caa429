// A server of its own for a test file, the official client on it, and words for what tests do with both.
import { randomUUID } from 'node:crypto'
import { EventStoreDBClient, type JSONEventData, jsonEvent } from '@eventstore/db-client'
import { afterAll, beforeAll } from 'vitest'
import { type EventStoreOptions, type EventStoreServer, startEventStore } from '../index.ts'

export { aStream, failureOf, labels } from './words.ts'

export interface Bench {
  readonly server: EventStoreServer
  readonly client: EventStoreDBClient
}

/** Starts a server that keeps nothing before the file's tests, and stops it after them. */
export function useServer(options: Omit<EventStoreOptions, 'dir' | 'memory'> = {}): () => Bench {
  let bench: Bench | undefined
  beforeAll(async () => {
    const server = await startEventStore({ ...options, memory: true })
    bench = { server, client: EventStoreDBClient.connectionString(server.connectionString) }
  })
  afterAll(async () => {
    await bench?.client.dispose()
    await bench?.server.stop()
  })
  return () => bench as Bench
}

/** An event whose data is its label. */
export const event = (label: string, id: string = randomUUID()): JSONEventData<Tested> =>
  jsonEvent<Tested>({ id, type: 'tested', data: { label } })
export const events = (...labels: string[]) => labels.map(label => event(label))

export interface Tested {
  readonly type: 'tested'
  readonly data: { readonly label: string }
  readonly metadata?: unknown
  readonly [key: string]: unknown
}
