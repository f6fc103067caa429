import { randomBytes, randomUUID } from 'node:crypto'
import { startEventStore } from '@cryptotalks/event-store'
import { PostPublished } from '@cryptotalks/shared-kernel/events/posts'
import { MarketSampleRecorded } from '@cryptotalks/shared-kernel/events/rates'
import { registry } from '@cryptotalks/shared-kernel/events/registry'
import {
  postStream,
  projectedPrefixes,
  ratesStream,
  userStream,
} from '@cryptotalks/shared-kernel/events/streams'
import { UserRegistered } from '@cryptotalks/shared-kernel/events/users'
import { encodeFact } from '@cryptotalks/shared-kernel/eventsourcing/codec'
import {
  connectEventStore,
  type EventStore,
} from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import { createPostgresKeyring } from '@cryptotalks/shared-kernel/eventsourcing/keyring-in-postgres'
import { openSite } from '@cryptotalks/shared-kernel/eventsourcing/open-site'
import { foundSite, readSiteIdentity } from '@cryptotalks/shared-kernel/eventsourcing/site-identity'
import { createLogger } from '@cryptotalks/shared-kernel/logging/logger'
import type { RunningProcess } from '@cryptotalks/shared-kernel/telemetry/run-process'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { allProjectors } from './all-projectors.ts'
import { lagOf } from './engine/lag.ts'
import { schemaOf } from './engine/projector.ts'
import { differingRows, rebuildInto } from './engine/rebuild.ts'
import { followProjected } from './follow.ts'
import { startProjections } from './start.ts'
import {
  createDatabase,
  startTestPostgres,
  type TestDatabase,
  type TestPostgres,
} from './testing/database.ts'

const masterKey = randomBytes(32)
const logger = createLogger({ name: 'test', level: 'silent' })

let postgres: TestPostgres
let server: Awaited<ReturnType<typeof startEventStore>>
let store: EventStore
let database: TestDatabase
let pool: pg.Pool
let keyringPool: pg.Pool
let keyrings = 0
let running: RunningProcess

beforeAll(async () => {
  postgres = await startTestPostgres()
  server = await startEventStore({ memory: true })
  store = connectEventStore(server.connectionString)
})
afterAll(async () => {
  await store.close()
  await Promise.all([server.stop(), postgres.stop()])
})
beforeEach(async () => {
  server.reset()
  database = await createDatabase(postgres)
  pool = new pg.Pool({ connectionString: database.connectionString })
  pool.on('error', () => undefined)
  keyrings += 1
  const keyringUrl = await postgres.createDatabase(`keyring_${keyrings}`)
  keyringPool = new pg.Pool({ connectionString: keyringUrl })
  keyringPool.on('error', () => undefined)
  await openSite({
    ...{ store, keyring: keyringPool, readModels: pool, masterKey },
    places: { log: 'of the test', keyring: 'of the test' },
  })
  running = await startProjections(
    {
      EVENTSTORE_URL: server.connectionString,
      DATABASE_URL: database.connectionString,
      KEYRING_URL: keyringUrl,
      MASTER_KEY: masterKey,
      HOST: '127.0.0.1',
      PROJECTIONS_PORT: 0,
      LOG_LEVEL: 'silent',
    },
    logger,
  )
})
afterEach(async () => {
  await running.stop()
  await Promise.all([pool.end(), keyringPool.end()])
  await database.close()
})

async function append(
  streamName: string,
  definition: { type: string },
  data: Record<string, unknown>,
) {
  const keyring = createPostgresKeyring(keyringPool, masterKey)
  const fact = await encodeFact(registry, keyring, { type: definition.type, data })
  const appended = await store.append(streamName, 'no_stream', [
    {
      ...fact,
      id: randomUUID(),
      metadata: {
        $correlationId: 'c',
        $causationId: 'r',
        actor: { kind: 'guest' },
        commandId: randomUUID(),
        occurredAt: '2026-01-01T00:00:00.000Z',
        schemaVersion: fact.schemaVersion,
      },
    },
  ])
  if (appended.kind === 'conflict') throw new Error(`${streamName} was there already`)
  return appended.position
}
const register = async (userId: string, username: string) => {
  await createPostgresKeyring(keyringPool, masterKey).create(userId)
  return append(userStream(userId), UserRegistered, {
    userId,
    username,
    email: `${username}@example.org`,
    passwordHash: '$argon2id$',
    terms: { version: '1', acceptedAt: '2026-01-01T00:00:00.000Z' },
  })
}
const publish = (postId: string, authorId: string) =>
  append(postStream(postId), PostPublished, {
    postId,
    authorId,
    title: `Post ${postId}`,
    slug: `post-${postId}`,
    body: '# Hello $BTC',
    tags: ['a'],
  })
const sampleMarket = (sampledAt: string) =>
  append(ratesStream('simulated', new Date(sampledAt)), MarketSampleRecorded, {
    source: 'simulated',
    sampledAt,
    quotes: ['bitcoin', 'ether'].map((coinId, rank) => ({
      coinId,
      symbol: coinId,
      name: coinId,
      rank: rank + 1,
      price: 1 / 3,
      change24h: 0.1,
      change7d: null,
      marketCap: 1e12,
      volume24h: 0.1 + 0.2,
    })),
  })
const allReached = (position: bigint) =>
  Promise.all(allProjectors.map(({ name, version }) => database.reached(name, position, version)))
const ask = (path: string) => fetch(`http://127.0.0.1:${running.port}${path}`)

describe('the projections process', () => {
  it('makes the rows of every projector from the event store, and the same ones again from nothing', async () => {
    await register('u-1', 'Ada')
    await publish('1', 'u-1')
    await sampleMarket('2026-01-01T00:00:00.000Z')
    await allReached(await publish('2', 'u-1'))
    expect(await database.query('select username, email from users.users')).toEqual([
      { username: 'Ada', email: 'Ada@example.org' },
    ])
    expect(await database.query('select slug, coins from posts.posts order by slug')).toEqual([
      { slug: 'post-1', coins: ['BTC'] },
      { slug: 'post-2', coins: ['BTC'] },
    ])
    expect(await database.query('select posts from posts.authors')).toEqual([{ posts: 2 }])
    expect(await database.query('select id, price, spark from rates.coins order by id')).toEqual([
      { id: 'bitcoin', price: 1 / 3, spark: [1 / 3] },
      { id: 'ether', price: 1 / 3, spark: [1 / 3] },
    ])
    for (const projector of allProjectors) {
      const schema = `again_${projector.name}`
      await rebuildInto({
        projector,
        schema,
        connectionString: database.connectionString,
        follow: followProjected(store),
        registry,
        keyring: createPostgresKeyring(keyringPool, masterKey),
        signal: new AbortController().signal,
      })
      const differing = await differingRows(pool, projector, schema, schemaOf(projector))
      expect(Object.values(differing).every(count => count === 0)).toBe(true)
    }
  })

  it('is ready once it works, and says how far behind it is', async () => {
    const position = await register('u-1', 'Ada')
    await allReached(position)
    await vi.waitFor(async () => {
      const ready = await ask('/health/ready')
      expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'ready' }])
    })
    const metrics = await (await ask('/metrics')).text()
    for (const { name, version } of allProjectors) {
      const label = `projector="${name}",version="${version}"`
      expect(metrics).toContain(`projection_lag_seconds{${label},process="projections"} 0`)
      expect(metrics).toContain(`projection_position{${label},process="projections"} ${position}`)
    }
    expect(metrics).toContain(
      'projection_events_total{projector="users",version="1",process="projections"} 1',
    )
  })

  it('shows what is in the log that takes the place of the one it was reading', async () => {
    await register('u-1', 'Ada')
    for (const id of ['1', '2', '3']) await publish(id, 'u-1')
    await allReached(await publish('4', 'u-1'))
    const site = await readSiteIdentity(store)
    server.reset()
    // Another log of the same site: it begins with the same founding.
    if (site) await foundSite(store, site, new Date())
    await register('u-2', 'Bo')
    for (const id of ['5', '6', '7', '8', '9']) await publish(id, 'u-2')
    await database.until<{ slugs: string }>(
      "select string_agg(slug, ' ' order by slug) as slugs from posts.posts",
      row => row?.slugs === 'post-5 post-6 post-7 post-8 post-9',
    )
    expect(await database.query('select username from users.users')).toEqual([{ username: 'Bo' }])
    const metrics = await (await ask('/metrics')).text()
    expect(metrics).toMatch(
      /projection_rebuilds_total\{[^}]*reason="(another-history|beyond-the-end|another-site)"/,
    )
  })

  it('comes to the end of the log also where that holds nothing to project', async () => {
    await register('u-1', 'Ada')
    const reserved = { kind: 'username', holder: 'u-2' }
    await allReached(await append('username-y', { type: 'NameReserved' }, reserved))
    await allReached(await publish('1', 'u-1'))
    expect(await database.query('select slug from posts.posts')).toEqual([{ slug: 'post-1' }])
  })

  it('counts as lag what it has not projected, not what it never will', async () => {
    const position = await register('u-1', 'Ada')
    const nameOnly = { kind: 'username', holder: 'u-1' }
    await append('username-x', { type: 'NameReserved' }, nameOnly)
    const lagFrom = (from: bigint) => lagOf(store, from, projectedPrefixes, new Date())
    expect(await lagFrom(position)).toMatchObject({ events: 0, seconds: 0 })
    expect(await lagFrom(0n)).toMatchObject({ events: 1 })
    await publish('1', 'u-1')
    const { bytes, events } = await lagFrom(position)
    expect(events).toBe(1)
    expect(bytes).toBe(Number((await store.end()) - position))
  })
})
