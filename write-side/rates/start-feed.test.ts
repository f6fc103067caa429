import { randomBytes } from 'node:crypto'
import { startEventStore } from '@cryptotalks/event-store'
import { ratesStream } from '@cryptotalks/shared-kernel/events/streams'
import { connectEventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import { foundSite, newSiteIdentity } from '@cryptotalks/shared-kernel/eventsourcing/site-identity'
import { createLogger } from '@cryptotalks/shared-kernel/logging/logger'
import { START } from '@eventstore/db-client'
import { expect, it, vi } from 'vitest'
import { startFeed } from './start-feed.ts'

it('records nothing in a log that belongs to no site, and begins once it does', async () => {
  const server = await startEventStore({ memory: true })
  const store = connectEventStore(server.connectionString)
  const config = {
    EVENTSTORE_URL: server.connectionString,
    HOST: '127.0.0.1',
    RATES_FEED_PORT: 0,
    RATES_POLL_SECONDS: 1,
    RATES_SEED: 'test',
    LOG_LEVEL: 'silent',
  } as const
  const said: string[] = []
  const destination = { write: (line: string) => void said.push(line) }
  const feed = await startFeed(config, createLogger({ name: 'test', destination }))
  const samples = () => store.read(ratesStream('simulated', new Date()))
  try {
    await vi.waitFor(() => expect(said.join()).toContain('The site is not founded yet'), {
      timeout: 30_000,
    })
    let events = 0
    for await (const { event } of store.client.readAll({ fromPosition: START }))
      if (event && !event.streamId.startsWith('$')) events += 1
    expect(events).toBe(0)
    await foundSite(store, newSiteIdentity(randomBytes(32)), new Date())
    await vi.waitFor(async () => expect(await samples()).not.toEqual([]), { timeout: 30_000 })
  } finally {
    await feed.stop()
    await store.close()
    await server.stop()
  }
}, 90_000)
