// What consumers of a group are sent: history and live events, retries, links, and shares of it where there are several.
import { randomUUID } from 'node:crypto'
import { connect } from 'node:http2'
import {
  binaryEvent,
  END,
  jsonEvent,
  PARK,
  RETRY,
  SKIP,
  START,
  STOP,
  persistentSubscriptionToStreamSettingsFromDefaults as settings,
  persistentSubscriptionToAllSettingsFromDefaults as settingsOfAll,
  streamNameFilter,
} from '@eventstore/db-client'
import persistent from '@eventstore/db-client/generated/persistent_pb.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import { expect, test } from 'vitest'
import { frame } from '../protocol/read-response.ts'
import {
  consume,
  consumeAll,
  eventually,
  type Given,
  type GroupConsumer,
  told,
} from './group-consumer.ts'
import { aStream, event, events, useServer } from './harness.ts'

const bench = useServer()
const letters = (count: number) => events(...Array.from({ length: count }, (_, i) => `${i}`))
const linkTo = (target: string) => binaryEvent({ type: '$>', data: Buffer.from(target) })
type Settings = Parameters<typeof settings>[0]

/** The first message of a consumer, as a gRPC frame. */
function consumerOptions(stream: string, bufferSize: number): Buffer {
  const name = new shared.StreamIdentifier()
  name.setStreamName(Buffer.from(stream))
  const ids = new persistent.ReadReq.Options.UUIDOption()
  ids.setString(new shared.Empty())
  const options = new persistent.ReadReq.Options()
  options.setStreamIdentifier(name)
  options.setGroupName('g')
  options.setBufferSize(bufferSize)
  options.setUuidOption(ids)
  const request = new persistent.ReadReq()
  request.setOptions(options)
  return frame(Buffer.from(request.serializeBinary()))
}

/** A stream of so many events and a group of it from the start. */
async function groupOf(count: number, more: Settings = {}): Promise<string> {
  const { client } = bench()
  const stream = aStream()
  if (count > 0) await client.appendToStream(stream, letters(count))
  await client.createPersistentSubscriptionToStream(
    stream,
    'g',
    settings({ startFrom: START, ...more }),
  )
  return stream
}
const join = (stream: string, bufferSize = 10) => consume(bench().client, stream, 'g', bufferSize)
const statsOf = async (stream: string) =>
  (await bench().client.getPersistentSubscriptionToStreamInfo(stream, 'g')).stats

test('history comes first, then what is written, each once and in order', async () => {
  const stream = await groupOf(700, {
    readBatchSize: 20,
    historyBufferSize: 40,
    liveBufferSize: 30,
  })
  const consumer = join(stream, 20)
  const writes = (async () => {
    for (let i = 0; i < 30; i++) await bench().client.appendToStream(stream, letters(10))
  })()
  for (let revision = 0; revision < 1000; revision++) {
    const given = await consumer.next(1)
    expect(told(given)).toEqual([`${revision}×0`])
    await consumer.ack(given)
  }
  await writes
})

test('no more is in flight than the consumer asked for, and an answer makes room', async () => {
  const stream = await groupOf(5)
  const consumer = join(stream, 2)
  const [first, second] = (await consumer.next(2)) as [Given, Given]
  expect(await statsOf(stream)).toMatchObject({ totalInFlightMessages: 2, readBufferCount: 3 })
  await consumer.ack([second])
  expect(told(await consumer.next(1))).toEqual(['2×0'])
  expect(await statsOf(stream)).toMatchObject({ totalInFlightMessages: 2, readBufferCount: 2 })
  await consumer.ack([first])
  expect(told(await consumer.next(1))).toEqual(['3×0'])
})

test('a consumer that does not read is not sent more than fits on the way, and gets all in the end', async () => {
  const { client, server } = bench()
  const stream = await groupOf(0)
  const large = () => jsonEvent({ type: 'large', data: { text: 'x'.repeat(100_000) } })
  for (let i = 0; i < 20; i++) {
    await client.appendToStream(stream, [large(), large(), large(), large(), large()])
  }
  const session = connect(`http://127.0.0.1:${server.port}`)
  const path = '/event_store.client.persistent_subscriptions.PersistentSubscriptions/Read'
  const headers = { 'content-type': 'application/grpc', te: 'trailers' }
  const call = session.request({ ':method': 'POST', ':path': path, ...headers })
  call.write(consumerOptions(stream, 1000))
  const inFlight = async () => (await statsOf(stream)).totalInFlightMessages
  await eventually(inFlight).toBeGreaterThan(0)
  // A quarter of a megabyte waits to be sent, and a little is on its way.
  expect(await inFlight()).toBeLessThan(10)
  call.resume()
  await eventually(inFlight).toBe(100)
  session.destroy()
})

test('retries come ahead of what is new, in the order of the stream, with the count raised', async () => {
  const stream = await groupOf(5)
  const consumer = join(stream, 3)
  const [first, , third] = (await consumer.next(3)) as [Given, Given, Given]
  await consumer.nack(RETRY, [third, first])
  expect(told(await consumer.next(2))).toEqual(['0×1', '2×1'])
})

test('what was retried as often as allowed is parked', async () => {
  const stream = await groupOf(1, { maxRetryCount: 2 })
  const consumer = join(stream)
  for (const count of [0, 1, 2]) {
    const given = await consumer.next(1)
    expect(told(given)).toEqual([`0×${count}`])
    await consumer.nack(RETRY, given)
  }
  await eventually(() => statsOf(stream)).toMatchObject({
    parkedMessageCount: 1n,
    outstandingMessagesCount: 0,
  })
})

test('skip and stop let the event go and delivery on', async () => {
  const stream = await groupOf(2)
  const consumer = join(stream)
  const [first, second] = (await consumer.next(2)) as [Given, Given]
  await consumer.nack(SKIP, [first])
  await consumer.nack(STOP, [second])
  await bench().client.appendToStream(stream, event('x'))
  expect(told(await consumer.next(1))).toEqual(['2×0'])
  expect(await statsOf(stream)).toMatchObject({ totalInFlightMessages: 1, parkedMessageCount: 0n })
})

test('answers to what is not in flight are passed over', async () => {
  const stream = await groupOf(2)
  const consumer = join(stream)
  const given = await consumer.next(2)
  await consumer.ack(given.slice(0, 1))
  await consumer.ack(given.slice(0, 1))
  await consumer.nack(PARK, given.slice(0, 1))
  await consumer.ack(given.slice(1))
  await bench().client.appendToStream(stream, event('x'))
  await consumer.next(1)
  expect(await statsOf(stream)).toMatchObject({ totalInFlightMessages: 1, parkedMessageCount: 0n })
})

test('what is not answered in time comes again', async () => {
  const stream = await groupOf(1, { messageTimeout: 100, maxRetryCount: 1 })
  const consumer = join(stream)
  expect(told(await consumer.next(2))).toEqual(['0×0', '0×1'])
  await eventually(() => statsOf(stream)).toMatchObject({
    parkedMessageCount: 1n,
  })
})

test('events of the same id are each delivered and each answered', async () => {
  const { client } = bench()
  const stream = aStream()
  const twice = event('twice', randomUUID())
  await client.appendToStream(stream, [twice, twice])
  await client.createPersistentSubscriptionToStream(stream, 'g', settings({ startFrom: START }))
  const consumer = join(stream)
  const given = await consumer.next(2)
  expect(told(given)).toEqual(['0×0', '1×0'])
  await consumer.ack(given)
  await eventually(() => statsOf(stream)).toMatchObject({ totalInFlightMessages: 0 })
})

test('links are resolved where that is asked for, and answered by their own ids', async () => {
  const { client } = bench()
  const target = aStream('target')
  await client.appendToStream(target, events('a', 'b'))
  const stream = await groupOf(0, { resolveLinkTos: true })
  await client.appendToStream(stream, [linkTo(`1@${target}`), linkTo(`7@${target}`)])
  const consumer = join(stream)
  const given = await consumer.next(2)
  expect(told(given)).toEqual(['1×0', 'nothing'])
  expect(given[0]?.event?.streamId).toBe(target)
  expect(given[0]?.link?.streamId).toBe(stream)
  // The position is the link's, for both.
  expect(given[0]?.event?.position).toEqual(given[0]?.link?.position)
  await consumer.ack(given)
  await eventually(() => statsOf(stream)).toMatchObject({ totalInFlightMessages: 0 })
})

test('hidden events are not delivered, a tombstone is', async () => {
  const { client } = bench()
  const stream = await groupOf(5)
  await client.setStreamMetadata(stream, { truncateBefore: 3 })
  const consumer = join(stream)
  expect(told(await consumer.next(2))).toEqual(['3×0', '4×0'])
  await client.tombstoneStream(stream)
  expect(told(await consumer.next(1))).toEqual([`${2n ** 63n - 1n}×0`])
})

test('a consumer that leaves hands what it has to the others, however often it was tried', async () => {
  const stream = await groupOf(3, { consumerStrategyName: 'DispatchToSingle', maxRetryCount: 0 })
  const one = join(stream)
  await one.next(3)
  const two = join(stream)
  await two.confirmed
  await one.hangUp()
  expect(told(await two.next(3))).toEqual(['0×1', '1×1', '2×1'])
  await two.hangUp()
  expect(told(await join(stream).next(3))).toEqual(['0×2', '1×2', '2×2'])
})

/** Two consumers of an empty stream, in the order in which they were let in. */
async function two(more: Settings, bufferSize = 10) {
  const stream = await groupOf(0, more)
  const one = join(stream, bufferSize)
  await one.confirmed
  const other = join(stream, bufferSize)
  await other.confirmed
  return { stream, one, other }
}

test('in turns, each consumer gets every other event', async () => {
  const { stream, one, other } = await two({ consumerStrategyName: 'RoundRobin' })
  await bench().client.appendToStream(stream, letters(6))
  expect(told(await one.next(3))).toEqual(['0×0', '2×0', '4×0'])
  expect(told(await other.next(3))).toEqual(['1×0', '3×0', '5×0'])
})

test('to a single one, the others get only what it has no room for', async () => {
  const { stream, one, other } = await two({ consumerStrategyName: 'DispatchToSingle' }, 3)
  await bench().client.appendToStream(stream, letters(5))
  expect(told(await one.next(3))).toEqual(['0×0', '1×0', '2×0'])
  expect(told(await other.next(2))).toEqual(['3×0', '4×0'])
})

test('pinned, all events of a stream go to one consumer, and its being full does not hold up the rest', async () => {
  const { client } = bench()
  const targets = Array.from({ length: 20 }, () => aStream('target'))
  for (const target of targets) await client.appendToStream(target, letters(2))
  const strategy = { consumerStrategyName: 'Pinned', resolveLinkTos: true } as const
  const { stream, one, other } = await two(strategy, 40)
  const links = targets.flatMap(target => [linkTo(`0@${target}`), linkTo(`1@${target}`)])
  await client.appendToStream(stream, links)
  const info = async () => client.getPersistentSubscriptionToStreamInfo(stream, 'g')
  const [first, second] = (await info()).connections.map(({ inFlightMessages }) => inFlightMessages)
  // Forty events of twenty streams: each consumer has some, and only whole pairs.
  expect([first, second].every(count => count !== undefined && count > 0 && count % 2 === 0)).toBe(
    true,
  )
  const streams = (given: readonly Given[]) => new Set(given.map(({ event }) => event?.streamId))
  const [mine, yours] = [
    streams(await one.next(first as number)),
    streams(await other.next(second as number)),
  ]
  expect([...mine].filter(name => yours.has(name))).toEqual([])
  expect(mine.size + yours.size).toBe(20)
})

/** The same id in two streams, and a group of the whole log with two consumers, each of which is sent one of the events. */
async function sameIdTwice() {
  const { client } = bench()
  const [group, one, other] = [aStream(), aStream(), aStream()]
  const all = settingsOfAll({ startFrom: END, consumerStrategyName: 'RoundRobin' })
  const filter = streamNameFilter({ prefixes: [one, other] })
  await client.createPersistentSubscriptionToAll(group, all, { filter })
  const consumers = [consumeAll(client, group), consumeAll(client, group)] as const
  for (const consumer of consumers) await consumer.confirmed
  const id = randomUUID()
  for (const [i, stream] of [one, other].entries()) {
    await client.appendToStream(stream, jsonEvent({ id, type: 't', data: { i } }))
  }
  const parked = async (): Promise<string[]> => {
    const links = client.readStream(`$persistentsubscription-$all::${group}-parked`)
    const found: string[] = []
    for await (const { event } of links)
      found.push(Buffer.from(event?.data as Uint8Array).toString())
    return found
  }
  const given = await Promise.all(consumers.map(async consumer => await consumer.next(1)))
  return { group, consumers, given: given as [Given[], Given[]], parked }
}
const streamOf = ([given]: readonly Given[]) => given?.event?.streamId as string

test('of one id in two streams, each consumer answers for what it was sent itself', async () => {
  for (const [first, second] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const { consumers, given, parked } = await sameIdTwice()
    await consumers[first].nack(PARK, given[first])
    await consumers[second].ack(given[second])
    await eventually(() => parked().catch(() => [])).toEqual([`0@${streamOf(given[first])}`])
  }
})

test('of one id in two streams, the one that is tried again is the one that was refused', async () => {
  const { consumers, given } = await sameIdTwice()
  await consumers[1].nack(RETRY, given[1])
  const again = await Promise.race(consumers.map(consumer => consumer.next(1)))
  expect(streamOf(again)).toBe(streamOf(given[1]))
})

test('of one id in two streams, what a consumer that hangs up had is sent on, and not the other', async () => {
  const { consumers, given } = await sameIdTwice()
  await consumers[0].hangUp()
  const [again] = await consumers[1].next(1)
  expect([streamOf([again as Given]), again?.retryCount]).toEqual([streamOf(given[0]), 1])
})

test('what one consumer was sent can not be answered by another', async () => {
  const stream = await groupOf(1, { consumerStrategyName: 'RoundRobin' })
  const consumers = [join(stream, 1), join(stream, 1)]
  await Promise.all(consumers.map(({ confirmed }) => confirmed))
  const firsts = consumers.map(consumer => consumer.next(1))
  const has = await Promise.race(firsts.map((first, i) => first.then(() => i)))
  const [given, by] = [(await firsts[has]) as Given[], consumers[1 - has] as GroupConsumer]
  await by.ack(given)
  await by.nack(PARK, given)
  // Answers are worked off in order: when those to its own event are, these have been looked at.
  await bench().client.appendToStream(stream, letters(1))
  await by.ack((await firsts[1 - has]) as Given[])
  await eventually(() => statsOf(stream)).toMatchObject({ totalInFlightMessages: 1 })
  expect(await statsOf(stream)).toMatchObject({ parkedMessageCount: 0n })
})
