// Groups over a restart of a durable server, and over kill -9: nothing that was not answered is lost.
// SEED repeats the run's choices.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  persistentSubscriptionToAllSettingsFromDefaults as allSettings,
  END,
  EventStoreDBClient,
  PARK,
  RETRY,
  START,
  persistentSubscriptionToStreamSettingsFromDefaults as settings,
  streamNameFilter,
} from '@eventstore/db-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEventStore } from '../index.ts'
import { consume, consumeAll, eventually, type Given, told } from './group-consumer.ts'
import { aStream, event, events } from './harness.ts'
import { build, end, type ServerProcess, startProcess } from './server-process.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

let root: string
let running: ServerProcess | undefined
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'event-store-groups-'))
})
afterAll(async () => {
  if (running) await end(running.process, 'SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

/** Does something with a server of a folder, which is stopped afterwards. */
async function during(dir: string, work: (client: EventStoreDBClient) => Promise<void>) {
  const server = await startEventStore({ dir: join(root, dir) })
  const client = EventStoreDBClient.connectionString(server.connectionString)
  try {
    await work(client)
  } finally {
    await client.dispose()
    await server.stop()
  }
}
const statsOf = async (client: EventStoreDBClient, stream: string) =>
  (await client.getPersistentSubscriptionToStreamInfo(stream, 'g')).stats

test('settings, checkpoint and parked events are there after a restart', async () => {
  const stream = aStream()
  const given = {
    startFrom: START,
    maxRetryCount: 3,
    checkPointLowerBound: 1,
    resolveLinkTos: true,
  } as const
  await during('kept', async client => {
    await client.appendToStream(stream, events('a', 'b', 'c', 'd'))
    const bounds = settings({ ...given, checkPointUpperBound: 1 })
    await client.createPersistentSubscriptionToStream(stream, 'g', bounds)
    const consumer = consume(client, stream, 'g')
    const [a, b, , d] = (await consumer.next(4)) as [Given, Given, Given, Given]
    await consumer.nack(PARK, [b])
    // The third is not answered: what comes after it is behind no checkpoint.
    await consumer.ack([a, d])
    await eventually(() => statsOf(client, stream)).toMatchObject({
      parkedMessageCount: 1n,
      lastCheckpointedEventRevision: 1n,
    })
  })
  await during('kept', async client => {
    const info = await client.getPersistentSubscriptionToStreamInfo(stream, 'g')
    expect(info.settings).toMatchObject({ ...given, checkPointUpperBound: 1 })
    expect(info.stats).toMatchObject({ parkedMessageCount: 1n, lastCheckpointedEventRevision: 1n })
    const consumer = consume(client, stream, 'g')
    expect(told(await consumer.next(2))).toEqual(['2×0', '3×0'])
    await client.replayParkedMessagesToStream(stream, 'g')
    expect(told(await consumer.next(1))).toEqual(['1×0'])
  })
})

test('a group from the end misses nothing that was written before a restart', async () => {
  const stream = aStream('from-the-end')
  const filter = streamNameFilter({ prefixes: [stream] })
  await during('end', async client => {
    await client.appendToStream(stream, event('before'))
    await client.createPersistentSubscriptionToStream(stream, 'g', settings({ startFrom: END }))
    await client.createPersistentSubscriptionToAll('all', allSettings({ startFrom: END }), {
      filter,
    })
    await client.appendToStream(stream, event('after'))
  })
  await during('end', async client => {
    expect(told(await consume(client, stream, 'g').next(1))).toEqual(['1×0'])
    expect(told(await consumeAll(client, 'all').next(1))).toEqual(['1×0'])
  })
})

test('a checkpoint comes by the count at once, by time only from the lower bound on', async () => {
  const stream = aStream()
  await during('bounds', async client => {
    await client.appendToStream(stream, events('a', 'b', 'c', 'd', 'e', 'f'))
    const bounds = { checkPointLowerBound: 2, checkPointUpperBound: 4, checkPointAfter: 100_000 }
    const from = settings({ startFrom: START, ...bounds })
    await client.createPersistentSubscriptionToStream(stream, 'g', from)
    const consumer = consume(client, stream, 'g')
    const given = await consumer.next(6)
    await consumer.ack(given.slice(0, 1))
    expect((await statsOf(client, stream)).lastCheckpointedEventRevision).toBeUndefined()
    // Before the first checkpoint the time has always elapsed.
    await consumer.ack(given.slice(1, 2))
    const checkpointed = async () => (await statsOf(client, stream)).lastCheckpointedEventRevision
    await eventually(checkpointed).toBe(1n)
    await consumer.ack(given.slice(2))
    await eventually(checkpointed).toBe(5n)
    const kept = []
    const own = `$persistentsubscription-${stream}::g-checkpoint`
    for await (const { event: checkpoint } of client.readStream(own)) kept.push(checkpoint?.data)
    expect(kept).toEqual(['1', '5'])
  })
})

/** Small, and the same in every engine: mulberry32. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const EVENTS = 400

/** Takes events, answers them as the dice fall, and leaves after so many. */
async function workOff(
  client: EventStoreDBClient,
  stream: string,
  random: () => number,
  ended: Set<string>,
) {
  let room = 1 + Math.floor(random() * 20)
  const consumer = consume(client, stream, 'g', room)
  for (let left = Math.floor(random() * 200); left > 0 && room > 0; left--) {
    const given = await consumer.next(1)
    const dice = random()
    if (dice < 0.6) {
      ended.add(`${given[0]?.event?.revision}`)
      await consumer.ack(given)
    } else if (dice < 0.7) await consumer.nack(PARK, given)
    else if (dice < 0.95) await consumer.nack(RETRY, given)
    // The others are never answered.
    else room--
    if (ended.size >= EVENTS * 0.8) break
  }
  await consumer.hangUp()
}

test(`killed while consumers answer, a group gives every event until one has it (SEED=${SEED})`, async () => {
  build()
  const random = generator(SEED)
  const stream = aStream()
  /** Events that some consumer has acknowledged. */
  const ended = new Set<string>()
  const dir = join(root, 'killed')
  const start = async () => {
    running = await startProcess('--dir', dir, '--port', '0')
    return EventStoreDBClient.connectionString(running.connectionString)
  }
  let client = await start()
  const labels = Array.from({ length: EVENTS }, (_, i) => `${i}`)
  await client.appendToStream(stream, events(...labels))
  const from = settings({ startFrom: START, checkPointLowerBound: 1, checkPointUpperBound: 10 })
  await client.createPersistentSubscriptionToStream(stream, 'g', from)
  for (let run = 0; run < 3; run++) {
    for (let consumers = 0; consumers < 3; consumers++) {
      await workOff(client, stream, random, ended)
    }
    await client.dispose()
    await end((running as ServerProcess).process, 'SIGKILL')
    client = await start()
  }
  // Whoever takes everything that is left, parked events too, has with the others seen all.
  await client.replayParkedMessagesToStream(stream, 'g')
  const last = consume(client, stream, 'g', EVENTS)
  while (ended.size < EVENTS) {
    const given = await last.next(1)
    ended.add(`${given[0]?.event?.revision}`)
    await last.ack(given)
  }
  expect(ended.size).toBe(EVENTS)
  await client.dispose()
}, 60_000)
