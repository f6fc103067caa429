import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { type EventStoreServer, startEventStore } from '@cryptotalks/event-store'
import { startTestPostgres, type TestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import { sessionStream } from '@cryptotalks/shared-kernel/events/streams'
import {
  connectEventStore,
  type EventStore,
} from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import { createSessionsInLog } from '@cryptotalks/shared-kernel/eventsourcing/sessions-in-log'
import { sessionCookieName } from '@cryptotalks/shared-kernel/http/cookies'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createReadModels, type ReadModels } from '../testing/read-models.ts'
import { addUser } from '../testing/rows.ts'
import { startTestApi, type TestApi } from '../testing/test-api.ts'
import { lookUpSessions } from './sessions.ts'

let server: TestPostgres
let eventStore: EventStoreServer
let store: EventStore
let models: ReadModels
let apis: readonly TestApi[]

/** Several read sides over the same read models, which no projector keeps: all of them are away. */
beforeAll(async () => {
  server = await startTestPostgres()
  eventStore = await startEventStore({ memory: true })
  store = connectEventStore(eventStore.connectionString)
  const connectionString = await server.createDatabase('sessions')
  models = await createReadModels(connectionString)
  apis = [1, 2].map(() =>
    startTestApi(connectionString, {
      waitMilliseconds: 10,
      lookUpSession: lookUpSessions(createSessionsInLog({ read: name => store.read(name) })),
    }),
  )
  await addUser(models.db, 'Ada')
})

afterAll(async () => {
  await Promise.all(apis?.map(api => api.close()) ?? [])
  await models?.close()
  await store?.close()
  await eventStore?.stop()
  await server?.stop()
})

function someSession() {
  const token = randomBytes(32).toString('base64url')
  const id = createHash('sha256').update(token).digest('hex')
  return { id, cookie: `${sessionCookieName}=${token}` }
}
const inAMinute = () => new Date(Date.now() + 60_000)

async function append(id: string, revision: number | 'no_stream', type: string, data: object) {
  const metadata = {
    $correlationId: 'c',
    $causationId: 'r',
    actor: { kind: 'guest' as const },
    commandId: randomUUID(),
    occurredAt: new Date(0).toISOString(),
    schemaVersion: 1,
  }
  await store.append(sessionStream(id), revision, [
    { id: randomUUID(), type, data: { ...data }, schemaVersion: 1, metadata },
  ])
}
const beginInLog = (id: string, userId = 'user-ada', expiresAt = inAMinute()) =>
  append(id, 'no_stream', 'SignedIn', {
    sessionId: id,
    userId,
    expiresAt: expiresAt.toISOString(),
  })
const endInLog = (id: string) => append(id, 0, 'SignedOut', { sessionId: id, userId: 'user-ada' })
const beginInReadModel = (id: string) =>
  models.db
    .insertInto('users.sessions')
    .values({
      id,
      user_id: 'user-ada',
      started_at: new Date(0),
      expires_at: inAMinute(),
      position: '2',
    })
    .execute()

describe('while projections are away', () => {
  it('a session that was ended is dead on every read side within a second', async () => {
    const { id, cookie } = someSession()
    await beginInLog(id)
    await beginInReadModel(id)
    for (const api of apis) expect((await api.get('/api/me', { cookie })).status).toBe(200)
    await endInLog(id)
    await vi.waitFor(
      async () => {
        for (const api of apis) expect((await api.get('/api/me', { cookie })).status).toBe(401)
      },
      { timeout: 5_000, interval: 100 },
    )
  })

  it('a session that has just begun is known to who has begun it', async () => {
    const { id, cookie } = someSession()
    await beginInLog(id)
    const [api] = apis
    const me = await api?.get('/api/me', { cookie: `${cookie}; after=1000` })
    expect([me?.status, me?.body.username]).toEqual([200, 'Ada'])
  })

  it.each([
    ['has expired', async (id: string) => beginInLog(id, 'user-ada', new Date(0))],
    ['is of somebody who does not show yet', async (id: string) => beginInLog(id, 'user-new')],
    ['there is none', async () => undefined],
  ])('nobody is known by one when it %s: it may show in a moment', async (_what, begin) => {
    const { id, cookie } = someSession()
    await begin(id)
    const answer = await apis[0]?.get('/api/me', { cookie: `${cookie}; after=1000` })
    expect([answer?.status, answer?.body.code]).toEqual([503, 'read-model-behind'])
  })
})

describe('while the event store does not answer', () => {
  it('read models are believed, and one reader at a time waits for it', async () => {
    let asked = 0
    let milliseconds = 0
    const lookUp = lookUpSessions(
      {
        find: () => {
          asked += 1
          return Promise.reject(new Error('The store is away'))
        },
      },
      () => milliseconds,
    )
    expect(await lookUp('a')).toBeUndefined()
    expect(await lookUp('a')).toBeUndefined()
    expect(asked).toBe(1)
    milliseconds += 400
    await lookUp('a')
    expect(asked).toBe(2)
  })

  it('a store that hangs is given up', async () => {
    const lookUp = lookUpSessions({ find: () => new Promise(() => {}) })
    expect(await lookUp('a')).toBeUndefined()
  })
})
