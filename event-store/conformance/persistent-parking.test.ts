// Events that nobody could work off: put aside with the reason, and sent again when somebody asks.
import {
  PARK,
  START,
  persistentSubscriptionToStreamSettingsFromDefaults as settings,
} from '@eventstore/db-client'
import { expect, test } from 'vitest'
import { consume, eventually, type Given, type GroupConsumer, told } from './group-consumer.ts'
import { aStream, events, useServer } from './harness.ts'

const bench = useServer()
const parkedStream = (stream: string) => `$persistentsubscription-${stream}::g-parked`
const statsOf = async (stream: string) =>
  (await bench().client.getPersistentSubscriptionToStreamInfo(stream, 'g')).stats

/** A group of a stream of these events, whose consumer has been given them all. */
async function given(...labels: string[]) {
  const { client } = bench()
  const stream = aStream()
  await client.appendToStream(stream, events(...labels))
  await client.createPersistentSubscriptionToStream(stream, 'g', settings({ startFrom: START }))
  const consumer = consume(client, stream, 'g')
  return { stream, consumer, all: await consumer.next(labels.length) }
}

async function park(stream: string, consumer: GroupConsumer, parked: readonly Given[]) {
  const { parkedMessageCount } = await statsOf(stream)
  const after = parkedMessageCount + BigInt(parked.length)
  await consumer.nack(PARK, parked, 'no good')
  await eventually(async () => (await statsOf(stream)).parkedMessageCount).toBe(after)
}

async function parkedIn(stream: string) {
  const out = []
  for await (const { event } of bench().client.readStream(parkedStream(stream))) {
    const metadata = event?.metadata as Record<string, unknown>
    out.push({ target: Buffer.from(event?.data as Uint8Array).toString(), ...metadata })
  }
  return out
}

test('a parked event is a link with the reason, the time and the number', async () => {
  const { stream, consumer, all } = await given('a', 'b')
  await park(stream, consumer, all)
  const reason = "Client explicitly NAK'ed message.\nno good"
  const added = expect.stringMatching(/^\d{4}-\d\d-\d\dT/)
  expect(await parkedIn(stream)).toEqual([
    { target: `0@${stream}`, added, reason },
    { target: `1@${stream}`, added, reason, subscriptionEventNumber: 1 },
  ])
  expect(await statsOf(stream)).toMatchObject({ outstandingMessagesCount: 0 })
})

test('a replay sends them again with their links, from the first try, and they are parked no longer', async () => {
  const { client } = bench()
  const { stream, consumer, all } = await given('a', 'b', 'c')
  await park(stream, consumer, [all[0], all[2]] as Given[])
  await client.replayParkedMessagesToStream(stream, 'g')
  const again = await consumer.next(2)
  expect(told(again)).toEqual(['0×0', '2×0'])
  expect(again.map(({ link }) => link?.streamId)).toEqual(Array(2).fill(parkedStream(stream)))
  expect(await parkedIn(stream)).toEqual([])
  await consumer.ack([...again, all[1] as Given])
  await eventually(() => statsOf(stream)).toMatchObject({
    outstandingMessagesCount: 0,
    parkedMessageCount: 0n,
  })
})

test('a replay stops where it was asked to, and the next goes on there', async () => {
  const { client } = bench()
  const { stream, consumer, all } = await given('a', 'b', 'c', 'd')
  await park(stream, consumer, all)
  await client.replayParkedMessagesToStream(stream, 'g', { stopAt: 3 })
  expect(told(await consumer.next(3))).toEqual(['0×0', '1×0', '2×0'])
  expect(await statsOf(stream)).toMatchObject({ parkedMessageCount: 1n })
  await client.replayParkedMessagesToStream(stream, 'g')
  expect(told(await consumer.next(1))).toEqual(['3×0'])
  await client.replayParkedMessagesToStream(stream, 'g')
  expect(await statsOf(stream)).toMatchObject({ parkedMessageCount: 0n, totalInFlightMessages: 4 })
})

test('what was replayed can be parked again, and waits for a consumer while there is none', async () => {
  const { client } = bench()
  const { stream, consumer, all } = await given('a')
  await park(stream, consumer, all)
  await consumer.hangUp()
  await client.replayParkedMessagesToStream(stream, 'g')
  expect(await statsOf(stream)).toMatchObject({ parkedMessageCount: 0n, retryBufferCount: 1 })
  const next = consume(client, stream, 'g')
  await park(stream, next, await next.next(1))
  expect(await parkedIn(stream)).toMatchObject([{ target: `0@${stream}` }])
})
