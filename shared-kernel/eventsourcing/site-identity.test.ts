import { randomBytes, randomUUID } from 'node:crypto'
import { type EventStoreServer, startEventStore } from '@cryptotalks/event-store'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { siteStream } from '../events/streams.ts'
import { connectEventStore, type EventStore } from './event-store.ts'
import {
  foundSite,
  isFoundedUnder,
  newSiteIdentity,
  readSiteIdentity,
  type SiteIdentity,
} from './site-identity.ts'

let server: EventStoreServer
let store: EventStore
const masterKey = randomBytes(32)
const now = new Date('2026-01-01T00:00:00.000Z')

beforeAll(async () => {
  server = await startEventStore({ memory: true })
  store = connectEventStore(server.connectionString)
})
beforeEach(() => server.reset())
afterAll(async () => {
  await store?.close()
  await server?.stop()
})

describe('the identity of a site', () => {
  it('is none before the founding, and the same one ever after', async () => {
    expect(await readSiteIdentity(store)).toBeUndefined()
    const founded = await foundSite(store, newSiteIdentity(masterKey), now)
    expect(await readSiteIdentity(store)).toEqual(founded)
  })

  it('is one when two processes found at once', async () => {
    const both = await Promise.all([
      foundSite(store, newSiteIdentity(masterKey), now),
      foundSite(store, newSiteIdentity(masterKey), now),
    ])
    expect(both[0]).toEqual(both[1])
    expect(await store.read(siteStream)).toHaveLength(1)
  })

  it('knows the master key it was founded with from every other', () => {
    const identity = newSiteIdentity(masterKey)
    expect(isFoundedUnder(identity, masterKey)).toBe(true)
    expect(isFoundedUnder(identity, randomBytes(32))).toBe(false)
  })

  it('is not believed with the word of another site, even under the same master key', () => {
    const own = newSiteIdentity(masterKey)
    const mixed: SiteIdentity = { ...own, sealedWord: newSiteIdentity(masterKey).sealedWord }
    expect(isFoundedUnder(mixed, masterKey)).toBe(false)
    expect(isFoundedUnder({ ...own, sealedWord: 'no box' }, masterKey)).toBe(false)
  })

  it('is refused when its stream begins with something else', async () => {
    const metadata = {
      $correlationId: 'c',
      $causationId: 'c',
      actor: { kind: 'guest' } as const,
      commandId: 'c',
      occurredAt: now.toISOString(),
      schemaVersion: 1,
    }
    const other = { id: randomUUID(), type: 'Other', data: {}, schemaVersion: 1, metadata }
    await store.append(siteStream, 'no_stream', [other])
    await expect(readSiteIdentity(store)).rejects.toThrow(/does not begin with a SiteFounded/)
  })
})
