// What consumers of a group are sent through the successor's client: shares of it, retries, what was parked.
import type { ConsumerStrategy, PersistentAction } from '@kurrent/kurrentdb-client'
import { expect, test } from 'vitest'
import { eventually, type Given, GroupConsumer, told } from '../group-consumer.ts'
import { aStream } from '../words.ts'
import { all, events, kurrent, overBoth } from './harness.ts'

const correlationOf = ({ event }: Given): unknown =>
  (event?.metadata as Record<string, unknown> | undefined)?.$correlationId

overBoth(bench => {
  type Settings = Parameters<typeof kurrent.persistentSubscriptionToStreamSettingsFromDefaults>[0]

  /** A stream of so many events and a group of it from the start. */
  async function groupOf(count: number, changes: Settings = {}): Promise<string> {
    const { client } = bench()
    const stream = aStream()
    if (count > 0) await client.appendToStream(stream, letters(count))
    const settings = kurrent.persistentSubscriptionToStreamSettingsFromDefaults({
      startFrom: 'start',
      ...changes,
    })
    await client.createPersistentSubscriptionToStream(stream, 'g', settings)
    return stream
  }
  const letters = (count: number) => events(...Array.from({ length: count }, (_, i) => String(i)))
  const infoOf = (stream: string) =>
    bench().client.getPersistentSubscriptionToStreamInfo(stream, 'g')
  const statsOf = async (stream: string) => (await infoOf(stream)).stats
  const join = (stream: string, bufferSize = 10) => {
    const { client } = bench()
    const options = { bufferSize }
    return new GroupConsumer(client.subscribeToPersistentSubscriptionToStream(stream, 'g', options))
  }
  /** Two consumers, in the order in which they were let in. */
  async function two(stream: string, bufferSize = 10) {
    const one = join(stream, bufferSize)
    await one.confirmed
    const other = join(stream, bufferSize)
    await other.confirmed
    return { one, other }
  }

  test('history comes first, then what is written, each once and in order', async () => {
    const stream = await groupOf(30, { readBatchSize: 5, historyBufferSize: 10 })
    const consumer = join(stream)
    const writing = bench().client.appendToStream(stream, letters(30))
    for (let revision = 0; revision < 60; revision++) {
      const given = await consumer.next(1)
      expect(told(given)).toEqual([`${revision}×0`])
      await consumer.ack(given)
    }
    await writing
    await eventually(() => statsOf(stream)).toMatchObject({ totalInFlightMessages: 0 })
  })

  test('in turns, each consumer gets every other event', async () => {
    const stream = await groupOf(0, { consumerStrategyName: 'RoundRobin' })
    const { one, other } = await two(stream)
    await bench().client.appendToStream(stream, letters(6))
    expect(told(await one.next(3))).toEqual(['0×0', '2×0', '4×0'])
    expect(told(await other.next(3))).toEqual(['1×0', '3×0', '5×0'])
  })

  test('to a single one, the others get only what it has no room for', async () => {
    const stream = await groupOf(0, { consumerStrategyName: 'DispatchToSingle' })
    const { one, other } = await two(stream, 3)
    await bench().client.appendToStream(stream, letters(5))
    expect(told(await one.next(3))).toEqual(['0×0', '1×0', '2×0'])
    expect(told(await other.next(2))).toEqual(['3×0', '4×0'])
  })

  test.each<[ConsumerStrategy, (given: Given) => unknown]>([
    ['Pinned', ({ event }) => event?.streamId],
    ['PinnedByCorrelation', correlationOf],
  ])('%s, what belongs together goes to one consumer', async (strategy, belongsTo) => {
    const { client } = bench()
    const stream = await groupOf(0, { consumerStrategyName: strategy, resolveLinkTos: true })
    const { one, other } = await two(stream, 40)
    const targets = Array.from({ length: 20 }, () => aStream('target'))
    for (const [i, target] of targets.entries()) {
      // Each correlation has an event in this stream and one in the next.
      const pair = letters(2).map((each, j) => ({
        ...each,
        metadata: { $correlationId: `c${i + j}` },
      }))
      await client.appendToStream(target, pair)
    }
    const links = targets.flatMap(target => [`0@${target}`, `1@${target}`])
    const linkTo = (to: string) => kurrent.binaryEvent({ type: '$>', data: Buffer.from(to) })
    await client.appendToStream(stream, links.map(linkTo))
    const shares = async () =>
      (await infoOf(stream)).connections.map(({ inFlightMessages }) => inFlightMessages)
    await eventually(async () => (await shares()).reduce((a, b) => a + b)).toBe(40)
    const [first, second] = (await shares()) as [number, number]
    const mine = new Set((await one.next(first)).map(belongsTo))
    const yours = new Set((await other.next(second)).map(belongsTo))
    expect([...mine].filter(each => yours.has(each))).toEqual([])
    expect(Math.min(mine.size, yours.size)).toBeGreaterThan(0)
  })

  test.each<[PersistentAction, bigint]>([
    ['park', 2n],
    ['skip', 0n],
    ['stop', 0n],
  ])('to %s what can not be worked off lets it go, and delivery on', async (action, parked) => {
    const stream = await groupOf(2)
    const consumer = join(stream)
    await consumer.nack(action, await consumer.next(2))
    await bench().client.appendToStream(stream, events('x'))
    expect(told(await consumer.next(1))).toEqual(['2×0'])
    await eventually(() => statsOf(stream)).toMatchObject({
      totalInFlightMessages: 1,
      parkedMessageCount: parked,
    })
  })

  test('retries come ahead of what is new, with the count raised, until they are parked', async () => {
    const stream = await groupOf(4, { maxRetryCount: 1 })
    const consumer = join(stream, 2)
    await consumer.nack('retry', await consumer.next(2))
    const again = await consumer.next(2)
    expect(told(again)).toEqual(['0×1', '1×1'])
    await consumer.nack('retry', again)
    expect(told(await consumer.next(2))).toEqual(['2×0', '3×0'])
    await eventually(() => statsOf(stream)).toMatchObject({
      totalInFlightMessages: 2,
      parkedMessageCount: 2n,
    })
  })

  test('what was parked says why, and is sent again when somebody asks, as much as is asked for', async () => {
    const { client } = bench()
    const stream = await groupOf(3)
    const consumer = join(stream)
    await consumer.nack('park', await consumer.next(3), 'no good')
    await eventually(async () => (await statsOf(stream)).parkedMessageCount).toBe(3n)
    const parked = await all(client.readStream(`$persistentsubscription-${stream}::g-parked`))
    expect(parked[0]?.event?.metadata).toMatchObject({ reason: expect.stringContaining('no good') })
    await client.replayParkedMessagesToStream(stream, 'g', { stopAt: 2 })
    const again = await consumer.next(2)
    expect(told(again)).toEqual(['0×0', '1×0'])
    expect(await statsOf(stream)).toMatchObject({ parkedMessageCount: 1n })
    await client.replayParkedMessagesToStream(stream, 'g')
    await consumer.ack([...again, ...(await consumer.next(1))])
    await eventually(() => statsOf(stream)).toMatchObject({
      parkedMessageCount: 0n,
      outstandingMessagesCount: 0,
    })
  })

  test('what is not answered in time comes again', async () => {
    const stream = await groupOf(1, { messageTimeout: 100, maxRetryCount: 1 })
    expect(told(await join(stream).next(2))).toEqual(['0×0', '0×1'])
    await eventually(() => statsOf(stream)).toMatchObject({ parkedMessageCount: 1n })
  })

  test('a consumer that leaves hands what it has to the others', async () => {
    const stream = await groupOf(3, { consumerStrategyName: 'DispatchToSingle' })
    const { one, other } = await two(stream)
    await one.next(3)
    await one.hangUp()
    expect(told(await other.next(3))).toEqual(['0×1', '1×1', '2×1'])
  })

  test('a group of the whole log is sent what its filter lets through, and replays what it parked', async () => {
    const { client } = bench()
    const [stream, group] = [aStream('watched'), aStream('g')]
    await client.appendToStream(stream, events('a'))
    await client.appendToStream(aStream('other'), events('x'))
    const settings = kurrent.persistentSubscriptionToAllSettingsFromDefaults({ startFrom: 'start' })
    const filter = kurrent.streamNameFilter({ regex: `^${stream}` })
    await client.createPersistentSubscriptionToAll(group, settings, { filter })
    const consumer = new GroupConsumer(client.subscribeToPersistentSubscriptionToAll(group))
    const given = await consumer.next(1)
    await client.appendToStream(`${stream}-2`, events('b'))
    given.push(...(await consumer.next(1)))
    expect(given.map(({ event }) => event?.streamId)).toEqual([stream, `${stream}-2`])
    await consumer.nack('park', given)
    const info = () => client.getPersistentSubscriptionToAllInfo(group)
    await eventually(async () => (await info()).stats.parkedMessageCount).toBe(2n)
    await client.replayParkedMessagesToAll(group)
    expect(told(await consumer.next(2))).toEqual(['0×0', '0×0'])
    const changed = { ...settings, maxRetryCount: 4 }
    await client.updatePersistentSubscriptionToAll(group, changed)
    expect((await info()).settings).toEqual(changed)
    await client.deletePersistentSubscriptionToAll(group)
  })
})
