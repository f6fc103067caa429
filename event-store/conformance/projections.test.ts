// The server's own projections through the official client: enabled, stopped, reset, and the links they write.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { describe, expect, test } from 'vitest'
import { startEventStore } from '../index.ts'
import { aStream, event, events, failureOf, labels, useServer } from './harness.ts'
import { compareLinks, settled, text } from './projected-links.ts'

const ALL = [
  '$by_category',
  '$by_correlation_id',
  '$by_event_type',
  '$stream_by_category',
  '$streams',
]

/** The first events of a stream, as they come. */
async function firstOf(client: EventStoreDBClient, stream: string, count: number, resolve = false) {
  const subscription = client.subscribeToStream(stream, { resolveLinkTos: resolve })
  const got = []
  for await (const resolved of subscription) {
    got.push(resolved)
    if (got.length === count) break
  }
  return got
}

/** What the first links of a stream say, without resolving them. */
const linksOf = async (client: EventStoreDBClient, stream: string, count: number) =>
  (await firstOf(client, stream, count)).map(({ event }) => text(event?.data))

/** A category of its own for a test. */
const aCategory = () => aStream('c').replaceAll('-', '')
const statusOf = async (client: EventStoreDBClient, name: string) =>
  (await client.getProjectionStatus(name)).status

describe('A server that nobody told to run them', () => {
  const bench = useServer()

  test('has all five, stopped, and writes nothing for them', async () => {
    const { client } = bench()
    const list = await client.listProjections()
    expect(list.map(({ name, status }) => `${name} ${status}`).sort()).toEqual(
      ALL.map(name => `${name} Stopped`),
    )
    const streams = []
    for await (const { event } of client.readAll()) streams.push(event?.streamId)
    expect(streams).toEqual(['$$$scavenges'])
  })

  test('projects history and then what comes, once they are enabled', async () => {
    const { client } = bench()
    const category = aCategory()
    await client.appendToStream(`${category}-1`, events('a', 'b'))
    await client.enableProjection('$by_category')
    expect(await statusOf(client, '$by_category')).toBe('Running')
    expect(await linksOf(client, `$ce-${category}`, 2)).toEqual([
      `0@${category}-1`,
      `1@${category}-1`,
    ])
    await client.appendToStream(`${category}-2`, event('c'))
    const [, , last] = await firstOf(client, `$ce-${category}`, 3, true)
    expect(last?.event?.streamId).toBe(`${category}-2`)
    expect(last?.link?.metadata).toMatchObject({ $o: `${category}-2`, $causedBy: last?.event?.id })
  })

  test('stopped and enabled again, they go on where they were', async () => {
    const { client } = bench()
    const category = aCategory()
    await client.enableProjection('$by_category')
    await client.appendToStream(`${category}-1`, event('a'))
    await linksOf(client, `$ce-${category}`, 1)
    await client.disableProjection('$by_category')
    expect(await statusOf(client, '$by_category')).toBe('Stopped')
    await client.appendToStream(`${category}-1`, event('b'))
    await client.enableProjection('$by_category')
    await client.appendToStream(`${category}-1`, event('c'))
    await linksOf(client, `$ce-${category}`, 3)
    const read = client.readStream(`$ce-${category}`, { resolveLinkTos: true })
    expect(await labels(read)).toEqual(['0:a', '1:b', '2:c'])
  })

  test('stopped and enabled over and over while it works, one doubles and misses nothing', async () => {
    const { client } = bench()
    const category = aCategory()
    let writing = true
    const toggled = (async () => {
      while (writing) {
        await client.disableProjection('$by_category')
        await client.enableProjection('$by_category')
      }
    })()
    const wanted: string[] = []
    for (let i = 0; i < 150; i++) {
      const stream = `${category}-${i % 7}`
      await client.appendToStream(stream, event('a'))
      wanted.push(`${Math.floor(i / 7)}@${stream}`)
    }
    writing = false
    await toggled
    await client.appendToStream(`${category}-last`, event('a'))
    await linksOf(client, `$ce-${category}`, wanted.length + 1)
    const found = []
    for await (const { event } of client.readStream(`$ce-${category}`))
      found.push(text(event?.data))
    expect(found).toEqual([...wanted, `0@${category}-last`])
  })

  test('aborted, one says so', async () => {
    const { client } = bench()
    await client.enableProjection('$streams')
    await client.abortProjection('$streams')
    expect(await statusOf(client, '$streams')).toBe('Aborted/Stopped')
    await client.enableProjection('$streams')
    expect(await statusOf(client, '$streams')).toBe('Running')
  })

  test('what is not offered is refused with words', async () => {
    const { client } = bench()
    const created = await failureOf(client.createProjection('own', 'fromAll()'))
    expect(created.message).toMatch('User-defined projections in JavaScript are not offered')
    const tracked = { emitEnabled: true, trackEmittedStreams: true }
    expect((await failureOf(client.createProjection('own', 'fromAll()', tracked))).message).toMatch(
      'User-defined projections in JavaScript are not offered',
    )
    const deleted = await failureOf(client.deleteProjection('$streams'))
    expect(deleted.message).toMatch("The server's own projections can't be deleted.")
    const updated = await failureOf(client.updateProjection('$by_category', 'fromAll()'))
    expect(updated.message).toMatch("The query of $by_category can't be read")
    const unknown = await failureOf(client.enableProjection('nobody'))
    expect(unknown.message).toMatch("Projection 'nobody' not found")
  })

  test('they have no state, and their subsystem restarts', async () => {
    const { client } = bench()
    expect(await client.getProjectionState('$streams')).toEqual({})
    expect(await client.getProjectionResult('$streams')).toEqual({})
    await client.restartSubsystem()
  })
})

describe('A server with a history', () => {
  const bench = useServer()

  test('gives all of it to each of them, enabled one after the other while more is written', async () => {
    const { client } = bench()
    const write = async (count: number) => {
      for (let i = 0; i < count; i++) {
        const labels = Array.from({ length: 10 }, () => 'a')
        await client.appendToStream(`${i % 2 ? 'odd' : 'even'}-${i % 9}`, events(...labels))
      }
    }
    await write(80)
    const writing = write(40)
    for (const name of ALL) await client.enableProjection(name)
    await writing
    await settled(client)
    expect(await compareLinks(client)).toBeGreaterThan(2 * 1200)
  })
})

describe('A server that runs them all', () => {
  const bench = useServer({ startStandardProjections: true })

  test('links an event by category, type, correlation and first appearance', async () => {
    const { client } = bench()
    const category = aCategory()
    const written = jsonEvent({
      type: `t-${category}`,
      data: {},
      metadata: { $correlationId: category },
    })
    await client.appendToStream(`${category}-1`, written)
    const link = `0@${category}-1`
    expect(await linksOf(client, `$ce-${category}`, 1)).toEqual([link])
    expect(await linksOf(client, `$et-t-${category}`, 1)).toEqual([link])
    expect(await linksOf(client, `$bc-${category}`, 1)).toEqual([link])
    expect(await linksOf(client, `$category-${category}`, 1)).toEqual([`${category}-1`])
    const streams = []
    for await (const { event } of client.readStream('$streams')) streams.push(text(event?.data))
    expect(streams).toContain(link)
  })

  test('lets every user read what they write', async () => {
    const { client } = bench()
    const category = aCategory()
    await client.appendToStream(`${category}-1`, event('a'))
    await linksOf(client, `$ce-${category}`, 1)
    const { metadata } = await client.getStreamMetadata(`$ce-${category}`)
    expect(metadata?.acl).toEqual({ readRoles: '$all', metaReadRoles: '$all' })
  })

  test('a correlation id as long as a book is none, and a name as long is not linked', async () => {
    const { client } = bench()
    const category = aCategory()
    const metadata = { $correlationId: 'k'.repeat(2 ** 20) }
    await client.appendToStream(`${category}-1`, jsonEvent({ type: 'book', data: {}, metadata }))
    await client.appendToStream(`${category}-${'x'.repeat(2 ** 20)}`, event('b'))
    await client.appendToStream(`${category}-2`, event('c'))
    const links = [`0@${category}-1`, `0@${category}-2`]
    expect(await linksOf(client, `$ce-${category}`, 2)).toEqual(links)
    const streams = []
    for await (const { event } of client.readAll()) streams.push(String(event?.streamId))
    expect(streams.filter(stream => stream.startsWith('$bc-kkk'))).toEqual([])
  })

  test('a link to a deleted event is there, without it', async () => {
    const { client } = bench()
    const category = aCategory()
    await client.appendToStream(`${category}-1`, events('a'))
    await client.deleteStream(`${category}-1`)
    const [gone, deletion] = await firstOf(client, `$ce-${category}`, 2, true)
    expect(gone?.event).toBeUndefined()
    expect(text(gone?.link?.data)).toBe(`0@${category}-1`)
    expect(deletion?.link?.metadata).toMatchObject({ $deleted: -1 })
  })

  test('one of their streams that was deleted begins anew, one that was ended stays so', async () => {
    const { client } = bench()
    const [deleted, ended] = [aCategory(), aCategory()]
    for (const category of [deleted, ended]) {
      await client.appendToStream(`${category}-1`, event('a'))
      await linksOf(client, `$ce-${category}`, 1)
    }
    await client.deleteStream(`$ce-${deleted}`)
    await client.tombstoneStream(`$ce-${ended}`)
    await client.appendToStream(`${ended}-1`, event('b'))
    await client.appendToStream(`${deleted}-1`, event('b'))
    expect(await linksOf(client, `$ce-${deleted}`, 1)).toEqual([`1@${deleted}-1`])
    const { metadata } = await client.getStreamMetadata(`$ce-${deleted}`)
    expect(metadata?.acl?.readRoles).toBe('$all')
    expect(await statusOf(client, '$by_category')).toBe('Running')
  })

  test('reset, one writes its links once more and hides those of before', async () => {
    const { client } = bench()
    const category = aCategory()
    await client.appendToStream(`${category}-1`, events('a', 'b'))
    await linksOf(client, `$ce-${category}`, 2)
    await client.resetProjection('$by_category')
    await client.appendToStream(`${category}-1`, event('c'))
    const after = client.subscribeToStream(`$ce-${category}`, { fromRevision: 3n })
    for await (const { event } of after) {
      expect(text(event?.data)).toBe(`2@${category}-1`)
      break
    }
    const read = client.readStream(`$ce-${category}`, { resolveLinkTos: true })
    const found = []
    for await (const { event, link } of read) found.push(`${link?.revision}:${event?.revision}`)
    expect(found).toEqual(['2:0', '3:1', '4:2'])
  })

  test('categories are cut as the query says', async () => {
    const { client } = bench()
    const category = aCategory()
    await client.updateProjection('$stream_by_category', 'last\n_')
    await client.appendToStream(`${category}_1_2`, event('a'))
    expect(await linksOf(client, `$category-${category}_1`, 1)).toEqual([`${category}_1_2`])
    await client.updateProjection('$stream_by_category', 'first\n-')
  })

  test('emptied, it begins again with the first event', async () => {
    const { server } = bench()
    server.reset()
    const client = EventStoreDBClient.connectionString(server.connectionString)
    const category = aCategory()
    await client.appendToStream(`${category}-1`, event('a'))
    expect(await linksOf(client, `$ce-${category}`, 1)).toEqual([`0@${category}-1`])
    await client.dispose()
  })
})

test('after a restart they go on without being told', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'event-store-projections-'))
  const during = async (act: (client: EventStoreDBClient) => Promise<void>) => {
    const server = await startEventStore({ dir })
    const client = EventStoreDBClient.connectionString(server.connectionString)
    await act(client)
    await client.dispose()
    await server.stop()
  }
  try {
    await during(async client => {
      await client.enableProjection('$by_category')
      await client.appendToStream('cat-1', events('a', 'b'))
      await linksOf(client, '$ce-cat', 2)
    })
    await during(async client => {
      await client.appendToStream('cat-1', event('c'))
      await linksOf(client, '$ce-cat', 3)
      const read = client.readStream('$ce-cat', { resolveLinkTos: true })
      expect(await labels(read)).toEqual(['0:a', '1:b', '2:c'])
    })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})

test('without the subsystem its methods are unimplemented', async () => {
  const server = await startEventStore({ memory: true, runProjections: 'none' })
  const client = EventStoreDBClient.connectionString(server.connectionString)
  const error = await failureOf(client.listProjections())
  expect(error.message).toMatch('UNIMPLEMENTED')
  const info = await fetch(`http://127.0.0.1:${server.port}/info`)
  expect(await info.json()).toMatchObject({ features: { projections: false } })
  await client.dispose()
  await server.stop()
})
