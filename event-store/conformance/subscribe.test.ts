// Catch-up subscriptions, through the official client.
import { randomUUID } from 'node:crypto'
import { jsonEvent, type Position, streamNameFilter } from '@eventstore/db-client'
import { expect, test } from 'vitest'
import { aStream, event, events, failureOf, useServer } from './harness.ts'

const bench = useServer()
const FILL = 'x'.repeat(400)

/** Takes events from a subscription until the last of them is the one awaited. */
async function until(
  subscription: AsyncIterable<{ event?: { revision: bigint } | undefined }>,
  isLast: (seen: bigint[]) => boolean,
): Promise<bigint[]> {
  const seen: bigint[] = []
  for await (const { event } of subscription) {
    seen.push(event?.revision as bigint)
    if (isLast(seen)) break
  }
  return seen
}
const inOrder = (length: number) => Array.from({ length }, (_, i) => BigInt(i))

test('history, then live, told once that history has ended', async () => {
  const stream = aStream()
  await bench().client.appendToStream(stream, events('a', 'b'))
  const subscription = bench().client.subscribeToStream(stream)
  let caughtUp = 0
  subscription.on('caughtUp', () => {
    caughtUp++
    void bench().client.appendToStream(stream, events('c'))
  })
  expect(await until(subscription, seen => seen.length === 3)).toEqual([0n, 1n, 2n])
  expect(caughtUp).toBe(1)
})

test('no gap and no duplicate between history and live, with writers at work', async () => {
  const stream = aStream()
  const total = 3000
  const batch = () => Array.from({ length: 50 }, () => jsonEvent({ type: 't', data: { FILL } }))
  await bench().client.appendToStream(stream, batch())
  const writing = (async () => {
    for (let i = 1; i < total / 50; i++) await bench().client.appendToStream(stream, batch())
  })()
  const subscriptions = [0, 1, 2].map(() => bench().client.subscribeToStream(stream))
  const results = await Promise.all(
    subscriptions.map(subscription => until(subscription, seen => seen.length === total)),
  )
  await writing
  for (const seen of results) expect(seen).toEqual(inOrder(total))
})

test('a reader that is slow misses nothing', async () => {
  const stream = aStream()
  const total = 4000
  const subscription = bench().client.subscribeToStream(stream, {}, { highWaterMark: 1 })
  const started = new Promise<void>(resolve => subscription.once('confirmation', () => resolve()))
  await started
  for (let i = 0; i < total / 100; i++) {
    const batch = Array.from({ length: 100 }, () => jsonEvent({ type: 't', data: { FILL } }))
    await bench().client.appendToStream(stream, batch)
  }
  // Only now the first event is taken: all the rest has piled up behind it.
  expect(await until(subscription, seen => seen.length === total)).toEqual(inOrder(total))
})

test('the position subscribed from is exclusive', async () => {
  const stream = aStream()
  await bench().client.appendToStream(stream, events('a', 'b', 'c'))
  const subscription = bench().client.subscribeToStream(stream, { fromRevision: 1n })
  expect(await until(subscription, () => true)).toEqual([2n])
})

test('from the end, only what comes; beyond the end, only what exceeds it', async () => {
  const stream = aStream()
  await bench().client.appendToStream(stream, events('a'))
  const fromEnd = bench().client.subscribeToStream(stream, { fromRevision: 'end' })
  const beyond = bench().client.subscribeToStream(stream, { fromRevision: 2n })
  await Promise.all(
    [fromEnd, beyond].map(s => new Promise<void>(resolve => s.once('caughtUp', () => resolve()))),
  )
  for (const label of 'bcd') await bench().client.appendToStream(stream, events(label))
  expect(await until(fromEnd, seen => seen.length === 3)).toEqual([1n, 2n, 3n])
  expect(await until(beyond, () => true)).toEqual([3n])
})

test('a tombstone is delivered, then ends the subscription', async () => {
  const stream = aStream()
  await bench().client.appendToStream(stream, events('a'))
  const subscription = bench().client.subscribeToStream(stream)
  subscription.once('caughtUp', () => void bench().client.tombstoneStream(stream))
  const types: string[] = []
  const error = await failureOf(
    (async () => {
      for await (const { event } of subscription) types.push(event?.type ?? '')
    })(),
  )
  expect(types).toEqual(['tested', '$streamDeleted'])
  expect(error.constructor.name).toBe('StreamDeletedError')
})

test('$all with a filter delivers what matches and tells positions of what does not', async () => {
  const prefix = aStream('wanted')
  const first = await bench().client.appendToStream(prefix, event('first'))
  const checkpoints: bigint[] = []
  const subscription = bench().client.subscribeToAll({
    fromPosition: first.position as Position,
    filter: streamNameFilter({
      prefixes: [prefix],
      maxSearchWindow: 10,
      checkpointInterval: 1,
      checkpointReached: async (_, { commit }) => {
        checkpoints.push(commit)
      },
    }),
  })
  await new Promise<void>(resolve => subscription.once('caughtUp', () => resolve()))
  const noise = await bench().client.appendToStream(
    aStream('noise'),
    events(...Array.from({ length: 25 }, () => 'noise')),
  )
  await bench().client.appendToStream(`${prefix}-2`, event('second'))
  const streams: string[] = []
  for await (const { event } of subscription) {
    streams.push(event?.streamId ?? '')
    break
  }
  expect(streams).toEqual([`${prefix}-2`])
  expect(checkpoints).toHaveLength(2)
  expect(checkpoints.every(commit => commit <= (noise.position?.commit ?? 0n))).toBe(true)
})

test('a filter by regular expression knows the words of .NET', async () => {
  const name = `Regex${randomUUID()}`
  const { position } = await bench().client.appendToStream(aStream(), event('before'))
  await bench().client.appendToStream(name.toUpperCase(), event('upper'))
  const subscription = bench().client.subscribeToAll({
    fromPosition: position as Position,
    filter: streamNameFilter({ regex: `(?i)\\A${name}\\z` }),
  })
  for await (const { event } of subscription) {
    expect(event?.streamId).toBe(name.toUpperCase())
    break
  }
})

test('after a reset the store is as new, and its subscriptions have ended', async () => {
  const { client, server } = bench()
  const stream = aStream()
  await client.appendToStream(stream, events('a'))
  const subscription = client.subscribeToStream(stream)
  await new Promise<void>(resolve => subscription.once('caughtUp', () => resolve()))
  const ended = failureOf(until(subscription, () => false))
  server.reset()
  await ended
  const read = failureOf(until(client.readStream(stream), () => false))
  expect((await read).constructor.name).toBe('StreamNotFoundError')
  const { nextExpectedRevision } = await client.appendToStream(stream, events('b'), {
    expectedRevision: 'no_stream',
  })
  expect(nextExpectedRevision).toBe(0n)
})
