// Groups of persistent subscriptions: made, shown, changed, deleted, and refused.
import {
  persistentSubscriptionToAllSettingsFromDefaults as allSettings,
  END,
  jsonEvent,
  PARK,
  START,
  persistentSubscriptionToStreamSettingsFromDefaults as settings,
  streamNameFilter,
} from '@eventstore/db-client'
import { expect, test } from 'vitest'
import { consume, consumeAll, eventually, told } from './group-consumer.ts'
import { aStream, events, failureOf, useServer } from './harness.ts'

const bench = useServer()

async function statusOf(stream: string, group = 'g') {
  return (await bench().client.getPersistentSubscriptionToStreamInfo(stream, group)).stats
}

test('every setting comes back as it was given', async () => {
  const { client } = bench()
  const stream = aStream()
  const given = {
    startFrom: 4n,
    resolveLinkTos: true,
    extraStatistics: true,
    messageTimeout: 12_345,
    maxRetryCount: 6,
    checkPointAfter: 3456,
    checkPointLowerBound: 7,
    checkPointUpperBound: 77,
    maxSubscriberCount: 3,
    liveBufferSize: 333,
    readBatchSize: 22,
    historyBufferSize: 444,
    consumerStrategyName: 'Pinned',
  } as const
  await client.createPersistentSubscriptionToStream(stream, 'g', given)
  const info = await client.getPersistentSubscriptionToStreamInfo(stream, 'g')
  expect(info.settings).toEqual(given)
  expect(info).toMatchObject({ eventSource: stream, groupName: 'g', status: 'Live' })
})

test('a name is taken once, and what is not there is said to be missing', async () => {
  const { client } = bench()
  const stream = aStream()
  await client.createPersistentSubscriptionToStream(stream, 'g', settings())
  const again = client.createPersistentSubscriptionToStream(stream, 'g', settings())
  expect(await failureOf(again)).toMatchObject({
    type: 'persistent-subscription-exists',
    streamName: stream,
    groupName: 'g',
  })
  const missing = { type: 'persistent-subscription-does-not-exist', streamName: stream }
  for (const call of [
    () => client.updatePersistentSubscriptionToStream(stream, 'h', settings()),
    () => client.deletePersistentSubscriptionToStream(stream, 'h'),
    () => client.getPersistentSubscriptionToStreamInfo(stream, 'h'),
    () => client.replayParkedMessagesToStream(stream, 'h'),
    () => consume(client, stream, 'h').ended.then(error => Promise.reject(error)),
  ]) {
    expect(await failureOf(call())).toMatchObject({ ...missing, groupName: 'h' })
  }
})

test('settings that can not be met are refused with the reason, and change nothing', async () => {
  const { client } = bench()
  const stream = aStream()
  const bad = settings({ readBatchSize: 500, historyBufferSize: 500 })
  const failed = {
    type: 'persistent-subscription-failed',
    reason: expect.stringContaining('ReadBatchSize may not be greater than or equal to BufferSize'),
  }
  const create = client.createPersistentSubscriptionToStream(stream, 'g', bad)
  expect(await failureOf(create)).toMatchObject(failed)
  await client.createPersistentSubscriptionToStream(stream, 'g', settings({ maxRetryCount: 3 }))
  const update = client.updatePersistentSubscriptionToStream(stream, 'g', bad)
  expect(await failureOf(update)).toMatchObject(failed)
  const info = await client.getPersistentSubscriptionToStreamInfo(stream, 'g')
  expect(info.settings).toMatchObject({ maxRetryCount: 3, historyBufferSize: 500 })
  const beyond = allSettings({ startFrom: { commit: 2n ** 40n, prepare: 2n ** 40n } })
  const onAll = client.createPersistentSubscriptionToAll(aStream('g'), beyond)
  expect(await failureOf(onAll)).toMatchObject({
    type: 'persistent-subscription-failed',
    reason: expect.stringContaining('Invalid Start From position'),
  })
  const named = client.createPersistentSubscriptionToStream('$all', 'g', settings())
  expect((await failureOf(named)).message).toContain('$all')
})

test('groups are listed by stream; a stream that lost its last one has none, others never had any', async () => {
  const { client } = bench()
  const [a, b] = [aStream('a'), aStream('b')]
  for (const [stream, group] of [
    [b, 'g'],
    [a, 'g'],
    [a, 'h'],
  ] as const) {
    await client.createPersistentSubscriptionToStream(stream, group, settings())
  }
  const names = (list: readonly { eventSource: string; groupName: string }[]) =>
    list
      .filter(({ eventSource }) => [a, b].includes(eventSource))
      .map(({ eventSource, groupName }) => `${eventSource} ${groupName}`)
  const listed = await client.listPersistentSubscriptionsToStream(a)
  expect(names(listed)).toEqual([`${a} g`, `${a} h`])
  const all = await client.listAllPersistentSubscriptions()
  expect(names(all)).toEqual([`${a} g`, `${a} h`, `${b} g`])
  await client.deletePersistentSubscriptionToStream(b, 'g')
  expect(await client.listPersistentSubscriptionsToStream(b)).toEqual([])
  const never = client.listPersistentSubscriptionsToStream(aStream())
  expect(await failureOf(never)).toMatchObject({ groupName: '' })
})

test('names of any kind will do', async () => {
  const { client } = bench()
  for (const [stream, group] of [
    ['a::b', 'g'],
    ['ü b/c', '어학'],
  ] as const) {
    const name = aStream(stream)
    await client.createPersistentSubscriptionToStream(name, group, settings())
    const info = await client.getPersistentSubscriptionToStreamInfo(name, group)
    expect([info.eventSource, info.groupName]).toEqual([name, group])
    const again = client.createPersistentSubscriptionToStream(name, group, settings())
    expect(await failureOf(again)).toMatchObject({ type: 'persistent-subscription-exists' })
  }
})

test('an update drops the consumers and begins again from the start it names', async () => {
  const { client } = bench()
  const stream = aStream()
  await client.appendToStream(stream, events('a', 'b', 'c'))
  await client.createPersistentSubscriptionToStream(stream, 'g', settings({ startFrom: START }))
  const before = consume(client, stream, 'g')
  await before.next(3)
  const changed = settings({ startFrom: 1n, maxRetryCount: 2 })
  await client.updatePersistentSubscriptionToStream(stream, 'g', changed)
  expect(await before.ended).toMatchObject({
    type: 'persistent-subscription-dropped',
    streamName: stream,
    groupName: 'g',
  })
  expect(told(await consume(client, stream, 'g').next(2))).toEqual(['1×0', '2×0'])
})

test('a deleted group takes its consumers, checkpoints and parked events with it', async () => {
  const { client } = bench()
  const stream = aStream()
  await client.appendToStream(stream, events('a', 'b'))
  const from = settings({ startFrom: START, checkPointLowerBound: 1, checkPointUpperBound: 1 })
  await client.createPersistentSubscriptionToStream(stream, 'g', from)
  const consumer = consume(client, stream, 'g')
  const given = await consumer.next(2)
  await consumer.ack(given.slice(0, 1))
  await consumer.nack(PARK, given.slice(1))
  await eventually(() => statusOf(stream)).toMatchObject({ parkedMessageCount: 1n })
  await client.deletePersistentSubscriptionToStream(stream, 'g')
  expect(await consumer.ended).toMatchObject({ type: 'persistent-subscription-dropped' })
  for (const own of ['checkpoint', 'parked']) {
    const read = client.readStream(`$persistentsubscription-${stream}::g-${own}`)
    await expect(read[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      type: 'stream-not-found',
    })
  }
  await client.createPersistentSubscriptionToStream(stream, 'g', from)
  expect(told(await consume(client, stream, 'g').next(2))).toEqual(['0×0', '1×0'])
})

test('no more consumers than allowed are let in, and one that left makes room', async () => {
  const { client } = bench()
  const stream = aStream()
  const one = settings({ maxSubscriberCount: 1 })
  await client.createPersistentSubscriptionToStream(stream, 'g', one)
  const first = consume(client, stream, 'g')
  await first.confirmed
  expect(await consume(client, stream, 'g').ended).toMatchObject({
    type: 'maximum-subscribers-reached',
  })
  await first.hangUp()
  const connections = async () =>
    (await client.getPersistentSubscriptionToStreamInfo(stream, 'g')).connections
  await eventually(connections).toEqual([])
  await consume(client, stream, 'g').confirmed
})

test('a restart drops the consumers and keeps the groups', async () => {
  const { client } = bench()
  const stream = aStream()
  await client.appendToStream(stream, events('a', 'b'))
  await client.createPersistentSubscriptionToStream(stream, 'g', settings({ startFrom: START }))
  const before = consume(client, stream, 'g')
  await before.next(2)
  await client.restartPersistentSubscriptionSubsystem()
  expect(await before.ended).toMatchObject({ type: 'persistent-subscription-dropped' })
  expect(told(await consume(client, stream, 'g').next(2))).toEqual(['0×0', '1×0'])
})

test('a group of the whole log keeps its filter over an update, and does not see its own streams', async () => {
  const { client } = bench()
  const stream = aStream('watched')
  const group = aStream('g')
  const filter = streamNameFilter({ prefixes: [stream, '$persistentsubscription-$all'] })
  await client.createPersistentSubscriptionToAll(group, allSettings({ startFrom: END }), { filter })
  const before = consumeAll(client, group)
  await client.appendToStream(aStream('other'), events('x'))
  await client.appendToStream(stream, events('a', 'b'))
  const given = await before.next(2)
  expect(told(given)).toEqual(['0×0', '1×0'])
  await before.nack(PARK, given)
  const info = async () => client.getPersistentSubscriptionToAllInfo(group)
  await eventually(async () => (await info()).stats.parkedMessageCount).toBe(2n)
  const startFrom = given[0]?.event?.position
  await client.updatePersistentSubscriptionToAll(
    group,
    allSettings({ ...(startFrom ? { startFrom } : {}), maxRetryCount: 4 }),
  )
  expect(await info()).toMatchObject({ settings: { maxRetryCount: 4, startFrom }, status: 'Live' })
  const after = consumeAll(client, group)
  expect(told(await after.next(2))).toEqual(['0×0', '1×0'])
  await client.appendToStream(stream, jsonEvent({ type: 'last', data: {} }))
  expect(told(await after.next(1))).toEqual(['2×0'])
})

test('from the end of the whole log, a group begins with the event that configures it', async () => {
  const { client } = bench()
  const [stream, group] = [aStream(), aStream('g')]
  await client.appendToStream(stream, events('before'))
  await client.createPersistentSubscriptionToAll(group, allSettings({ startFrom: END }))
  await client.appendToStream(stream, events('after'))
  const given = await consumeAll(client, group).next(2)
  expect(given.map(({ event }) => event?.type)).toEqual(['$PersistentConfig', 'tested'])
})

test('statistics tell what waits, what is in flight and where the group stands', async () => {
  const { client } = bench()
  const stream = aStream()
  await client.appendToStream(stream, events('a', 'b', 'c', 'd', 'e'))
  const from = settings({ startFrom: START, extraStatistics: true })
  await client.createPersistentSubscriptionToStream(stream, 'g', from)
  expect(await statusOf(stream)).toMatchObject({ readBufferCount: 5, lastKnownEventRevision: 4n })
  const consumer = consume(client, stream, 'g', 3)
  const given = await consumer.next(3)
  const info = () => client.getPersistentSubscriptionToStreamInfo(stream, 'g')
  expect(await info()).toMatchObject({
    connections: [{ username: 'system', availableSlots: 0, inFlightMessages: 3, totalItems: 3n }],
    stats: { readBufferCount: 2, outstandingMessagesCount: 3, totalItems: 3n },
  })
  await consumer.ack(given)
  await consumer.next(2)
  const [connection] = (await info()).connections
  const measured = connection?.extraStatistics as unknown as ReadonlyMap<string, bigint>
  expect([...measured.keys()]).toContain('mean')
  await consumer.hangUp()
  await eventually(() => statusOf(stream)).toMatchObject({
    retryBufferCount: 2,
    totalInFlightMessages: 0,
  })
})

test('a thousand groups that nobody reads do not slow the writers of their stream', async () => {
  const { client } = bench()
  const stream = aStream()
  const groups = Array.from({ length: 1000 }, (_, i) => `group-${i}`)
  const made = groups.map(group =>
    client.createPersistentSubscriptionToStream(stream, group, settings({ startFrom: START }), {
      deadline: 60_000,
    }),
  )
  await Promise.all(made)
  for (let i = 0; i < 20; i++) await client.appendToStream(stream, events('x', 'y'))
  expect(await client.listPersistentSubscriptionsToStream(stream)).toHaveLength(1000)
  expect(await statusOf(stream, 'group-999')).toMatchObject({ readBufferCount: 40 })
  expect(told(await consume(client, stream, 'group-500').next(2))).toEqual(['0×0', '1×0'])
})

test('after a reset there are no groups, and those made then are as new', async () => {
  const { client, server } = bench()
  const stream = aStream()
  await client.appendToStream(stream, events('a'))
  await client.createPersistentSubscriptionToStream(stream, 'g', settings({ startFrom: START }))
  const before = consume(client, stream, 'g')
  await before.next(1)
  server.reset()
  await before.ended
  expect(await client.listAllPersistentSubscriptions()).toEqual([])
  await client.createPersistentSubscriptionToStream(stream, 'g', settings({ startFrom: START }))
  const after = consume(client, stream, 'g')
  await client.appendToStream(stream, events('b'))
  expect(told(await after.next(1))).toEqual(['0×0'])
})
