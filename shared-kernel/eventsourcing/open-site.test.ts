import { randomBytes, randomUUID } from 'node:crypto'
import { type EventStoreServer, startEventStore } from '@cryptotalks/event-store'
import { startTestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { registry } from '../events/registry.ts'
import { siteStream, userStream } from '../events/streams.ts'
import { encodeFact } from './codec.ts'
import { connectEventStore, type EventStore } from './event-store.ts'
import { createPostgresKeyring, prepareKeyring } from './keyring-in-postgres.ts'
import { adoptSite, requireKeyringOf } from './keyring-site.ts'
import { openSite, type SiteParts } from './open-site.ts'
import { createSiteGate } from './site-gate.ts'
import { foundSite, newSiteIdentity, readSiteIdentity } from './site-identity.ts'

let server: EventStoreServer
let postgres: Awaited<ReturnType<typeof startTestPostgres>>
let store: EventStore
let parts: SiteParts
const pools: pg.Pool[] = []
const places = { log: '/data/event-store', keyring: '/data/keyring' }
let databases = 0

async function emptyDatabase(): Promise<pg.Pool> {
  databases += 1
  const pool = new pg.Pool({ connectionString: await postgres.createDatabase(`db_${databases}`) })
  pool.on('error', () => undefined)
  pools.push(pool)
  return pool
}

beforeAll(async () => {
  ;[server, postgres] = await Promise.all([startEventStore({ memory: true }), startTestPostgres()])
  store = connectEventStore(server.connectionString)
})
beforeEach(async () => {
  server.reset()
  const [keyring, readModels] = [await emptyDatabase(), await emptyDatabase()]
  parts = { store, keyring, readModels, masterKey: randomBytes(32), places }
})
afterAll(async () => {
  await Promise.all(pools.map(pool => pool.end()))
  await store?.close()
  await Promise.all([server?.stop(), postgres?.stop()])
})

/** Somebody registers, their key in `keyring`. */
async function register(keyring: pg.Pool, userId: string = randomUUID()): Promise<string> {
  const keys = createPostgresKeyring(keyring, parts.masterKey)
  await keys.create(userId)
  const data = {
    ...{ userId, email: 'ada@example.org', username: 'ada', passwordHash: '$argon2id$' },
    terms: { version: '1', acceptedAt: '2026-01-01T00:00:00.000Z' },
  }
  const fact = await encodeFact(registry, keys, { type: 'UserRegistered', data })
  const metadata = {
    ...{ $correlationId: 'c', $causationId: 'r', actor: { kind: 'guest' } as const },
    ...{ commandId: 'k', occurredAt: '2026-01-01T00:00:00.000Z', schemaVersion: 1 },
  }
  await store.append(userStream(userId), 'no_stream', [{ ...fact, id: randomUUID(), metadata }])
  return userId
}
const refusal = (code: string) => expect.objectContaining({ code })

describe('opening a site', () => {
  it('founds it where nobody was before, and finds the same one ever after', async () => {
    const founded = await openSite(parts)
    expect(await readSiteIdentity(store)).toEqual(founded)
    await register(parts.keyring)
    expect(await openSite(parts)).toEqual(founded)
  })

  it('founds it once when many processes start at once', async () => {
    const opened = await Promise.all(Array.from({ length: 4 }, () => openSite(parts)))
    expect(new Set(opened.map(({ siteId }) => siteId)).size).toBe(1)
    expect(await store.read(siteStream)).toHaveLength(1)
  })

  it('finishes a founding that was killed between log and keyring', async () => {
    const founded = await foundSite(store, newSiteIdentity(parts.masterKey), new Date())
    expect(await openSite(parts)).toEqual(founded)
    await register(parts.keyring)
    expect(await openSite(parts)).toEqual(founded)
  })

  it('refuses another master key, and writes nothing under it', async () => {
    await openSite(parts)
    const stranger = { ...parts, masterKey: randomBytes(32) }
    await expect(openSite(stranger)).rejects.toEqual(refusal('wrong-master-key'))
    await expect(openSite(stranger)).rejects.toThrow(/^MASTER_KEY is not the key/)
    expect(await store.read(siteStream)).toHaveLength(1)
  })

  it('refuses a keyring that is empty though people registered, and takes the restored one', async () => {
    await openSite(parts)
    await register(parts.keyring)
    const without = { ...parts, keyring: await emptyDatabase() }
    await expect(openSite(without)).rejects.toEqual(refusal('keyring-lost'))
    await expect(openSite(without)).rejects.toThrow('/data/keyring')
    await expect(openSite(parts)).resolves.toBeDefined()
  })

  it('refuses the keyring of another site', async () => {
    const other = { ...parts, keyring: await emptyDatabase() }
    await openSite(other)
    server.reset()
    await openSite(parts)
    await expect(openSite(other)).rejects.toEqual(refusal('other-keyring'))
  })

  it('refuses a log without its beginning, and starts anew only once both are gone', async () => {
    const first = await openSite(parts)
    await register(parts.keyring)
    server.reset()
    await expect(openSite(parts)).rejects.toEqual(refusal('log-lost'))
    await expect(openSite(parts)).rejects.toThrow('/data/event-store')
    const anew = await openSite({ ...parts, keyring: await emptyDatabase() })
    expect(anew.siteId).not.toBe(first.siteId)
  })

  it('refuses one database for keyring and read models', async () => {
    const one = { ...parts, readModels: parts.keyring }
    await expect(openSite(one)).rejects.toEqual(refusal('keyring-in-read-models'))
  })

  it('opens a whole site while the read models are away, and founds none then', async () => {
    const away = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:9/none' })
    await expect(openSite({ ...parts, readModels: away })).rejects.toThrow(/ECONNREFUSED/)
    const founded = await openSite(parts)
    expect(await openSite({ ...parts, readModels: away })).toEqual(founded)
    await away.end()
  })
})

describe('what an earlier version left', () => {
  it('is moved: keys and marks go to a database of their own, and none stays behind', async () => {
    const { readModels, keyring, masterKey } = parts
    await prepareKeyring(readModels)
    const userId = await register(readModels)
    await createPostgresKeyring(readModels, masterKey).destroy('forgotten')
    const key = await createPostgresKeyring(readModels, masterKey).require(userId)
    await Promise.all([openSite(parts), openSite(parts)])
    const found = await createPostgresKeyring(keyring, masterKey).find([userId, 'forgotten'])
    expect(found).toEqual(
      new Map<string, unknown>([
        [userId, Buffer.from(key)],
        ['forgotten', 'destroyed'],
      ]),
    )
    const { rows } = await readModels.query(`select to_regclass('keyring.keys') as left`)
    expect(rows).toEqual([{ left: null }])
  })

  it('stays as it is under another master key', async () => {
    await prepareKeyring(parts.readModels)
    const userId = await register(parts.readModels)
    const stranger = { ...parts, masterKey: randomBytes(32) }
    await expect(openSite(stranger)).rejects.toEqual(refusal('wrong-master-key'))
    const kept = createPostgresKeyring(parts.readModels, parts.masterKey)
    await expect(kept.require(userId)).resolves.toHaveLength(32)
    expect(await store.read(siteStream)).toEqual([])
  })

  it('is refused when its keys are nowhere', async () => {
    await prepareKeyring(parts.readModels)
    await register(parts.readModels)
    await parts.readModels.query('drop schema keyring cascade')
    await expect(openSite(parts)).rejects.toEqual(refusal('keyring-lost'))
  })
})

describe('the gate before the event store', () => {
  it('lets nothing through before the site is open, and nothing into another log after', async () => {
    const gate = createSiteGate({ store, places, open: () => openSite(parts) })
    expect(gate.isOpen()).toBe(false)
    expect(await gate.store.read(siteStream)).toHaveLength(1)
    expect(gate.isOpen()).toBe(true)
    server.reset()
    await foundSite(store, newSiteIdentity(parts.masterKey), new Date())
    await expect(gate.confirm()).rejects.toEqual(refusal('other-log'))
    expect(await gate.refused).toEqual(refusal('other-log'))
    await expect(gate.store.append('user-x', 'no_stream', [])).rejects.toEqual(refusal('other-log'))
  })

  it('stops at a keyring that was exchanged, and at none that is away', async () => {
    let keyring = parts.keyring
    const gate = createSiteGate({
      ...{ store, places },
      open: () => openSite(parts),
      lookAgain: identity => requireKeyringOf(identity, keyring, places),
    })
    const identity = await gate.confirm()
    keyring = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:9/none' })
    expect(await gate.confirm()).toEqual(identity)
    await keyring.end()
    keyring = await emptyDatabase()
    await expect(gate.confirm()).rejects.toEqual(refusal('keyring-lost'))
    await prepareKeyring(keyring)
    await adoptSite(keyring, newSiteIdentity(parts.masterKey))
    await expect(gate.confirm()).rejects.toEqual(refusal('other-keyring'))
  })

  it('looks again after every failure', async () => {
    let failing = false
    const shaky: EventStore = {
      ...store,
      read: (...asked) => (failing ? Promise.reject(new Error('away')) : store.read(...asked)),
    }
    const gate = createSiteGate({ store: shaky, places, open: () => openSite(parts) })
    await gate.confirm()
    failing = true
    await expect(gate.store.read('user-x')).rejects.toThrow('away')
    server.reset()
    failing = false
    await expect(gate.store.read('user-x')).rejects.toEqual(refusal('log-lost'))
  })

  it('stays shut under another master key', async () => {
    await openSite(parts)
    const stranger = { ...parts, masterKey: randomBytes(32) }
    const gate = createSiteGate({ store, places, open: () => openSite(stranger) })
    await expect(gate.store.append('username-x', 'no_stream', [])).rejects.toEqual(
      refusal('wrong-master-key'),
    )
    expect(await store.read('username-x')).toEqual([])
  })
})
