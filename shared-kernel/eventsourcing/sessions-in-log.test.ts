import { randomUUID } from 'node:crypto'
import { type EventStoreServer, startEventStore } from '@cryptotalks/event-store'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sessionStream } from '../events/streams.ts'
import { connectEventStore, type EventStore } from './event-store.ts'
import { createSessionsInLog, type SessionsInLog } from './sessions-in-log.ts'

let server: EventStoreServer
let store: EventStore
let reads: number
let milliseconds: number
let sessions: SessionsInLog

beforeAll(async () => {
  server = await startEventStore({ memory: true })
  store = connectEventStore(server.connectionString)
})
beforeEach(() => {
  server.reset()
  milliseconds = 0
  reads = 0
  sessions = inAProcess()
})
afterAll(async () => {
  await store?.close()
  await server?.stop()
})

/** What one process knows of sessions; a second one knows it apart. */
const inAProcess = () =>
  createSessionsInLog({
    now: () => milliseconds,
    read: streamName => {
      reads += 1
      return store.read(streamName)
    },
  })

const append = async (
  sessionId: string,
  revision: number | 'no_stream',
  type: string,
  data: Readonly<Record<string, unknown>>,
) => {
  const metadata = {
    $correlationId: 'c',
    $causationId: 'r',
    actor: { kind: 'guest' as const },
    commandId: randomUUID(),
    occurredAt: '2026-01-01T00:00:00.000Z',
    schemaVersion: 1,
  }
  await store.append(sessionStream(sessionId), revision, [
    { id: randomUUID(), type, data, schemaVersion: 1, metadata },
  ])
}
const expiresAt = '2026-02-01T00:00:00.000Z'
const begin = (sessionId: string) =>
  append(sessionId, 'no_stream', 'SignedIn', { sessionId, userId: 'u-1', expiresAt })
const end = (sessionId: string) => append(sessionId, 0, 'SignedOut', { sessionId, userId: 'u-1' })

describe('a session in the log', () => {
  it('is none, has begun, has ended', async () => {
    expect(await sessions.find('a')).toEqual({ status: 'none' })
    await begin('a')
    expect(await sessions.find('a')).toEqual({ status: 'begun', userId: 'u-1', expiresAt })
    await end('a')
    sessions.forget('a')
    expect(await sessions.find('a')).toEqual({ status: 'ended' })
  })

  it('that was ended by another process is known to be so within half a second', async () => {
    await begin('a')
    expect((await sessions.find('a')).status).toBe('begun')
    await end('a')
    milliseconds += 500
    expect((await sessions.find('a')).status).toBe('ended')
  })

  it('is read once for all who ask within that time', async () => {
    await begin('a')
    await Promise.all(Array.from({ length: 20 }, () => sessions.find('a')))
    milliseconds += 499
    await sessions.find('a')
    expect(reads).toBe(1)
  })

  it('that has ended is not read again, nor believed to go on when the store is away', async () => {
    await begin('a')
    await end('a')
    await sessions.find('a')
    milliseconds += 1_000_000
    expect((await sessions.find('a')).status).toBe('ended')
    expect(reads).toBe(1)
  })

  it('is not remembered by a look that began before it was ended here', async () => {
    await begin('a')
    const looking = sessions.find('a')
    sessions.forget('a')
    await end('a')
    await looking
    expect((await sessions.find('a')).status).toBe('ended')
  })

  it('is not told by a look that hangs since long', async () => {
    let hanging = true
    const patient = createSessionsInLog({
      now: () => milliseconds,
      read: streamName => (hanging ? new Promise(() => {}) : store.read(streamName)),
    })
    void patient.find('a')
    hanging = false
    milliseconds += 500
    expect((await patient.find('a')).status).toBe('none')
  })

  it('can not be told while the store does not answer, and can again afterwards', async () => {
    let away = true
    const patient = createSessionsInLog({
      now: () => milliseconds,
      read: streamName =>
        away ? Promise.reject(new Error('The store is away')) : store.read(streamName),
    })
    await expect(patient.find('a')).rejects.toThrow('away')
    away = false
    expect((await patient.find('a')).status).toBe('none')
  })
})
