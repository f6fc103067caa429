// Groups of persistent subscriptions through the successor's client: made, shown, changed, and deleted.
import { expect, test } from 'vitest'
import { eventually, GroupConsumer, told } from '../group-consumer.ts'
import { aStream, failureOf } from '../words.ts'
import { all, events, kurrent, overBoth } from './harness.ts'

const STRATEGIES = ['RoundRobin', 'DispatchToSingle', 'Pinned', 'PinnedByCorrelation'] as const

overBoth(bench => {
  type Settings = Parameters<typeof kurrent.persistentSubscriptionToStreamSettingsFromDefaults>[0]
  const settings = (changes?: Settings) =>
    kurrent.persistentSubscriptionToStreamSettingsFromDefaults(changes)
  const join = (stream: string, group: string) =>
    new GroupConsumer(bench().client.subscribeToPersistentSubscriptionToStream(stream, group))

  test.each(STRATEGIES)(
    'every setting of a group comes back as it was given: %s',
    async strategy => {
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
        consumerStrategyName: strategy,
      }
      await client.createPersistentSubscriptionToStream(stream, 'g', given)
      const info = await client.getPersistentSubscriptionToStreamInfo(stream, 'g')
      expect(info.settings).toEqual(given)
      expect(info).toMatchObject({ eventSource: stream, groupName: 'g', status: 'Live' })
    },
  )

  test('the defaults of the client come back as they are', async () => {
    const { client } = bench()
    const [stream, group] = [aStream(), aStream('g')]
    const ofAll = kurrent.persistentSubscriptionToAllSettingsFromDefaults()
    await client.createPersistentSubscriptionToStream(stream, group, settings())
    await client.createPersistentSubscriptionToAll(group, ofAll)
    const toStream = await client.getPersistentSubscriptionToStreamInfo(stream, group)
    const toAll = await client.getPersistentSubscriptionToAllInfo(group)
    expect(toStream.settings).toEqual(settings())
    expect(toAll.settings).toEqual(ofAll)
  })

  test('a name is taken once, and what is not there is said to be missing', async () => {
    const { client } = bench()
    const [stream, group] = [aStream(), aStream('g')]
    const ofAll = kurrent.persistentSubscriptionToAllSettingsFromDefaults()
    for (const [source, attempts] of [
      [
        stream,
        [
          () => client.createPersistentSubscriptionToStream(stream, group, settings()),
          () => client.updatePersistentSubscriptionToStream(stream, group, settings()),
          () => client.getPersistentSubscriptionToStreamInfo(stream, group),
          () => client.replayParkedMessagesToStream(stream, group),
          () => client.deletePersistentSubscriptionToStream(stream, group),
          () => all(client.subscribeToPersistentSubscriptionToStream(stream, group)),
        ],
      ],
      [
        '$all',
        [
          () => client.createPersistentSubscriptionToAll(group, ofAll),
          () => client.updatePersistentSubscriptionToAll(group, ofAll),
          () => client.getPersistentSubscriptionToAllInfo(group),
          () => client.replayParkedMessagesToAll(group),
          () => client.deletePersistentSubscriptionToAll(group),
          () => all(client.subscribeToPersistentSubscriptionToAll(group)),
        ],
      ],
    ] as const) {
      const [create, ...others] = attempts
      const names = { streamName: source, groupName: group }
      for (const attempt of others) {
        const error = await failureOf(attempt())
        expect(error, String(attempt)).toBeInstanceOf(
          kurrent.PersistentSubscriptionDoesNotExistError,
        )
        expect(error).toMatchObject(names)
      }
      await create()
      const again = await failureOf(create())
      expect(again).toBeInstanceOf(kurrent.PersistentSubscriptionExistsError)
      expect(again).toMatchObject(names)
    }
  })

  test('settings that can not be met are refused with the reason', async () => {
    const bad = settings({ readBatchSize: 500, historyBufferSize: 500 })
    const create = bench().client.createPersistentSubscriptionToStream(aStream(), 'g', bad)
    const error = await failureOf(create)
    expect(error).toBeInstanceOf(kurrent.PersistentSubscriptionFailedError)
    expect(error.reason).toContain('ReadBatchSize may not be greater than or equal to BufferSize')
  })

  test('groups are listed by stream, of the whole log, and all together', async () => {
    const { client } = bench()
    const [a, b, group] = [aStream('a'), aStream('b'), aStream('g')]
    for (const stream of [a, b]) {
      await client.createPersistentSubscriptionToStream(stream, group, settings())
    }
    await client.createPersistentSubscriptionToStream(a, `${group}-2`, settings())
    const ofAll = kurrent.persistentSubscriptionToAllSettingsFromDefaults()
    await client.createPersistentSubscriptionToAll(group, ofAll)
    const names = (list: readonly { eventSource: string; groupName: string }[]) =>
      list
        .filter(({ groupName }) => groupName.startsWith(group))
        .map(({ eventSource, groupName }) => `${eventSource} ${groupName}`)
        .sort()
    const ofA = [`${a} ${group}`, `${a} ${group}-2`]
    expect(names(await client.listPersistentSubscriptionsToStream(a))).toEqual(ofA)
    expect(names(await client.listPersistentSubscriptionsToAll())).toEqual([`$all ${group}`])
    expect(names(await client.listAllPersistentSubscriptions())).toEqual([
      `$all ${group}`,
      ...ofA,
      `${b} ${group}`,
    ])
  })

  test('an update drops the consumers and begins again from the start it names', async () => {
    const { client } = bench()
    const stream = aStream()
    await client.appendToStream(stream, events('a', 'b', 'c'))
    const fromStart = settings({ startFrom: 'start' })
    await client.createPersistentSubscriptionToStream(stream, 'g', fromStart)
    const before = join(stream, 'g')
    await before.next(3)
    const changed = settings({ startFrom: 1n, maxRetryCount: 2, resolveLinkTos: true })
    await client.updatePersistentSubscriptionToStream(stream, 'g', changed)
    const error = await before.ended
    expect(error).toBeInstanceOf(kurrent.PersistentSubscriptionDroppedError)
    expect(error).toMatchObject({ streamName: stream, groupName: 'g' })
    const info = await client.getPersistentSubscriptionToStreamInfo(stream, 'g')
    expect(info.settings).toEqual(changed)
    expect(told(await join(stream, 'g').next(2))).toEqual(['1×0', '2×0'])
  })

  test('a deleted group drops its consumers, and is as new when it is made again', async () => {
    const { client } = bench()
    const stream = aStream()
    await client.appendToStream(stream, events('a', 'b'))
    const fromStart = settings({ startFrom: 'start' })
    await client.createPersistentSubscriptionToStream(stream, 'g', fromStart)
    const consumer = join(stream, 'g')
    const given = await consumer.next(2)
    await consumer.nack('park', given)
    const info = () => client.getPersistentSubscriptionToStreamInfo(stream, 'g')
    await eventually(async () => (await info()).stats.parkedMessageCount).toBe(2n)
    await client.deletePersistentSubscriptionToStream(stream, 'g')
    expect(await consumer.ended).toBeInstanceOf(kurrent.PersistentSubscriptionDroppedError)
    await client.createPersistentSubscriptionToStream(stream, 'g', fromStart)
    expect((await info()).stats.parkedMessageCount).toBe(0n)
    expect(told(await join(stream, 'g').next(2))).toEqual(['0×0', '1×0'])
  })

  test('a restart of the subsystem drops the consumers and keeps the groups', async () => {
    const { client } = bench()
    const stream = aStream()
    await client.appendToStream(stream, events('a'))
    const fromStart = settings({ startFrom: 'start' })
    await client.createPersistentSubscriptionToStream(stream, 'g', fromStart)
    const before = join(stream, 'g')
    await before.next(1)
    await client.restartPersistentSubscriptionSubsystem()
    expect(await before.ended).toBeInstanceOf(kurrent.PersistentSubscriptionDroppedError)
    expect(told(await join(stream, 'g').next(1))).toEqual(['0×0'])
  })

  test('no more consumers than allowed are let in', async () => {
    const { client } = bench()
    const stream = aStream()
    const one = settings({ maxSubscriberCount: 1 })
    await client.createPersistentSubscriptionToStream(stream, 'g', one)
    await join(stream, 'g').confirmed
    expect(await join(stream, 'g').ended).toBeInstanceOf(
      kurrent.PersistentSubscriptionMaximumSubscribersReachedError,
    )
  })
})
