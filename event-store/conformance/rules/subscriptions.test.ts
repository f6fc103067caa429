// Subscriptions message by message: where they begin, when they have caught up, what comes live, and how they end.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aStream } from '../harness.ts'
import { Listener, place, positionOf, readAll, readRequest, type Wanted } from './reads.ts'
import { streamThatIs, useWire } from './situations.ts'

const bench = useWire()
const open: Listener[] = []
afterEach(() => {
  for (const listener of open.splice(0)) listener.cancel()
})
const listen = (wanted: Omit<Wanted, 'count'>): Listener => {
  const listener = new Listener(bench().writes, wanted)
  open.push(listener)
  return listener
}
const append = (stream: string, count = 1) =>
  bench().writes.append(
    stream,
    Array.from({ length: count }, () => ({})),
  )

describe('to a stream of five events', () => {
  let stream: string
  beforeEach(async () => {
    stream = aStream()
    await append(stream, 5)
  })

  // The revision given is the last that the reader has.
  test.each([
    ['start', 'confirmed, 0, 1, 2, 3, 4, caught up', '5'],
    ['0', 'confirmed, 1, 2, 3, 4, caught up', '5'],
    ['3', 'confirmed, 4, caught up', '5'],
    ['4', 'confirmed, caught up', '5'],
    ['end', 'confirmed, caught up', '5'],
    // What does not exceed it is not given later either.
    ['5', 'confirmed, caught up', '6'],
    ['6', 'confirmed, caught up', '7'],
  ])('from %s there come %s, then live %s', async (from, history, live) => {
    const listener = listen({ stream, from })
    expect(await listener.history()).toBe(history)
    await append(stream, 4)
    expect(await listener.next(1)).toBe(live)
  })

  test.each(['9223372036854775806', '9223372036854775807'])(
    'from %s it is confirmed and waits',
    async from => {
      expect(await listen({ stream, from }).history()).toBe('confirmed, caught up')
    },
  )

  test('2^64-1 stands for the end: what is written from then on is given', async () => {
    const listener = listen({ stream, from: '18446744073709551615' })
    expect(await listener.history()).toBe('confirmed, caught up')
    await append(stream)
    expect(await listener.next(1)).toBe('5')
  })

  test.each(['9223372036854775808', '18446744073709551614'])(
    '%s, which no event can have, is refused',
    async from => {
      expect(await listen({ stream, from }).history()).toBe('status 3')
    },
  )

  test('backwards, with a filter or without a form of ids it is refused', async () => {
    const filter = { prefixes: ['x'], window: 10 }
    for (const wanted of [
      { backwards: true, from: 'end' },
      { filter },
      { ids: 'unset' as const },
    ]) {
      expect(await listen({ stream, ...wanted }).history()).toBe('status 3')
    }
  })

  test('several that are written at once come one by one, and nothing else does', async () => {
    const listener = listen({ stream, from: 'end' })
    await listener.history()
    await append(stream, 3)
    await append(stream, 0)
    await append(stream)
    expect(await listener.next(4)).toBe('5, 6, 7, 8')
  })

  test('what was written before is not sent again when it is appended again', async () => {
    const { writes } = bench()
    const sent = [{ id: 'e0000000-0000-4000-8000-000000000001' }]
    const listener = listen({ stream, from: 'end' })
    await listener.history()
    for (const _ of [1, 2, 3]) await writes.append(stream, sent)
    await append(stream)
    expect(await listener.next(2)).toBe('5, 6')
  })

  test('a soft delete does not end it; events after that come', async () => {
    const listener = listen({ stream })
    await listener.history()
    await bench().writes.delete(stream)
    await append(stream)
    expect(await listener.next(1)).toBe('5')
  })

  test('live events come whatever metadata hides of them', async () => {
    const { client } = bench()
    await client.setStreamMetadata(stream, { truncateBefore: 50 })
    const truncated = listen({ stream })
    expect(await truncated.history()).toBe('confirmed, caught up')
    await client.setStreamMetadata(stream, { maxCount: 1 })
    const limited = listen({ stream })
    expect(await limited.history()).toBe('confirmed, 4, caught up')
    await append(stream, 3)
    for (const listener of [truncated, limited]) expect(await listener.next(3)).toBe('5, 6, 7')
  })

  test('a tombstone is the last that comes', async () => {
    const listener = listen({ stream, from: 'end' })
    await listener.history()
    await bench().writes.tombstone(stream)
    expect(await listener.next(2)).toBe('9223372036854775807, status 9')
  })
})

test.each([
  ['missing', 'confirmed, caught up'],
  ['metadata only', 'confirmed, caught up'],
  ['deleted', 'confirmed, caught up'],
  ['re-created', 'confirmed, 3, caught up'],
  ['tombstoned', 'status 9'],
  ['never written, tombstoned', 'status 9'],
])('to a stream that is %s, it begins with %s', async (situation, history) => {
  const stream = await streamThatIs(bench().client, situation)
  expect(await listen({ stream }).history()).toBe(history)
  if (history === 'status 9') expect(await listen({ stream, from: 'end' }).history()).toBe(history)
})

test.each([
  ['start', '0, 1'],
  ['end', '0, 1'],
  ['0', '1'],
])('to a stream that is yet to be written, from %s there come %s', async (from, live) => {
  const stream = aStream()
  const listener = listen({ stream, from })
  expect(await listener.history()).toBe('confirmed, caught up')
  await append(stream, 2)
  expect(await listener.next(live.split(', ').length)).toBe(live)
})

test('to a stream that ends before it was written, the tombstone comes, then the end', async () => {
  const stream = aStream()
  const listener = listen({ stream })
  await listener.history()
  await bench().writes.tombstone(stream)
  expect(await listener.next(2)).toBe('9223372036854775807, status 9')
})

test('to a metastream, history is its last event, live is each', async () => {
  const { client } = bench()
  const stream = aStream()
  for (const n of [0, 1]) await client.setStreamMetadata(stream, { n })
  const listener = listen({ stream: `$$${stream}` })
  expect(await listener.history()).toBe('confirmed, 1, caught up')
  for (const n of [2, 3]) await client.setStreamMetadata(stream, { n })
  expect(await listener.next(2)).toBe('2, 3')
})

describe('to the whole log', () => {
  const whole = (listener: Listener, count: number) => listener.next(count, place)

  test('the position given is that of the last event the reader has', async () => {
    const stream = aStream()
    await append(stream, 3)
    const { answers } = await readAll(bench().writes, { from: 'end', backwards: true, count: 3 })
    const [last, , first] = answers.map(answer => `${positionOf(answer)}`)
    const from = (position: string | undefined) => listen({ from: position as string })
    const [afterFirst, afterLast] = [from(first), from(last)]
    expect(await afterFirst.history(place)).toBe(`confirmed, ${stream}@1, ${stream}@2, caught up`)
    expect(await afterLast.history()).toBe('confirmed, caught up')
    await append(stream)
    expect(await whole(afterFirst, 1)).toBe(`${stream}@3`)
    expect(await whole(afterLast, 1)).toBe(`${stream}@3`)
  })

  test('from the end only what comes, far beyond it nothing yet', async () => {
    const [fromEnd, beyond] = [listen({ from: 'end' }), listen({ from: '1000000000000' })]
    for (const listener of [fromEnd, beyond]) {
      expect(await listener.history()).toBe('confirmed, caught up')
    }
    const [one, other] = [aStream(), aStream()]
    await append(one)
    await append(other)
    expect(await whole(fromEnd, 2)).toBe(`${one}@0, ${other}@0`)
  })

  test('metadata, deletes and tombstones come as they are written, and it goes on', async () => {
    const { client, writes } = bench()
    const stream = aStream()
    const listener = listen({ from: 'end' })
    await listener.history()
    await client.setStreamMetadata(stream, { n: 1 })
    await append(stream)
    await writes.delete(stream)
    await append(stream)
    await writes.tombstone(stream)
    await append('after')
    expect(await whole(listener, 7)).toBe(
      [
        `$$${stream}@0`,
        `${stream}@0`,
        `$$${stream}@1`,
        `${stream}@1`,
        `$$${stream}@2`,
        `${stream}@9223372036854775807`,
        'after@0',
      ].join(', '),
    )
  })

  test('backwards it is refused', async () => {
    expect(await listen({ backwards: true, from: 'end' }).history()).toBe('status 3')
  })
})

test('a reader that hangs up while much is on its way leaves the server free for others', async () => {
  const { writes } = bench()
  const stream = aStream()
  for (let i = 0; i < 20; i++) await writes.append(stream, [{ data: 'x'.repeat(1_000_000) }])
  const call = writes.stub.read(readRequest({ stream, count: 'live' }))
  const ended = new Promise(resolve => call.on('error', resolve))
  await new Promise<void>(resolve => {
    call.once('readable', () => resolve())
  })
  call.cancel()
  expect(await ended).toMatchObject({ code: 1 })
  expect((await readAll(writes, { stream, from: '19', count: 1 })).answers).toHaveLength(1)
})
