// What an append is answered, through the official client: expected revisions and idempotence.
import { randomUUID } from 'node:crypto'
import { jsonEvent, START } from '@eventstore/db-client'
import { expect, test } from 'vitest'
import { aStream, event, events, failureOf, labels, useServer } from './harness.ts'

const bench = useServer()
const append = (
  stream: string,
  list: ReturnType<typeof event>[],
  expectedRevision: Expected = 'any',
) => bench().client.appendToStream(stream, list, { expectedRevision })
type Expected = 'any' | 'no_stream' | 'stream_exists' | bigint
const read = (stream: string) => labels(bench().client.readStream(stream))

test('the position answered is that of the last event, in its stream and in the log', async () => {
  const stream = aStream()
  const { position, nextExpectedRevision } = await append(stream, events('a', 'b'), 'no_stream')
  expect(nextExpectedRevision).toBe(1n)
  const positions: bigint[] = []
  for await (const { event } of bench().client.readStream(stream)) {
    positions.push(event?.position?.commit as bigint)
  }
  expect(positions[1]).toBe(position?.commit)
  expect(positions[0]).toBeLessThan(positions[1] as bigint)
})

test.each<[string, number, Expected, string]>([
  ['no_stream on a stream', 1, 'no_stream', '0'],
  ['stream_exists on a missing stream', 0, 'stream_exists', 'no_stream'],
  ['a revision too low', 2, 0n, '1'],
  ['a revision too high', 2, 2n, '1'],
  ['a revision of a missing stream', 0, 0n, 'no_stream'],
])('%s is refused with what is there', async (_, length, expected, actual) => {
  const stream = aStream()
  if (length > 0) await append(stream, events(...'abc'.slice(0, length)))
  const error = await failureOf(append(stream, events('new'), expected))
  expect(error.constructor.name).toBe('WrongExpectedVersionError')
  expect(String(error.actualVersion)).toBe(actual)
  expect(String(error.expectedVersion)).toBe(String(expected))
})

test('the same append again writes nothing and is answered as the first was', async () => {
  const stream = aStream()
  const list = events('a', 'b')
  const first = await append(stream, list, 'no_stream')
  await append(stream, events('c'))
  for (const expected of ['any', 'no_stream', 'stream_exists'] as const) {
    const again = await append(stream, list, expected)
    expect([again.nextExpectedRevision, again.position]).toEqual([1n, first.position])
  }
  expect(await read(stream)).toEqual(['0:a', '1:b', '2:c'])
})

test('known ids followed by a new one are refused, a new one followed by known ids is written', async () => {
  const stream = aStream()
  const [a, b] = [event('a'), event('b')]
  await append(stream, [a])
  const error = await failureOf(append(stream, [a, b]))
  expect(error.constructor.name).toBe('WrongExpectedVersionError')
  await append(stream, [b, a])
  expect(await read(stream)).toEqual(['0:a', '1:b', '2:a'])
})

test('an exact revision at the head writes, even the same ids', async () => {
  const stream = aStream()
  const list = events('a')
  await append(stream, list, 'no_stream')
  expect((await append(stream, list, 0n)).nextExpectedRevision).toBe(1n)
})

test('an exact revision behind the head compares with what stands there', async () => {
  const stream = aStream()
  const [a, b, c] = [event('a'), event('b'), event('c')]
  await append(stream, [a, b, c])
  expect((await append(stream, [b, c], 0n)).nextExpectedRevision).toBe(2n)
  const swapped = await failureOf(append(stream, [c, b], 0n))
  expect(swapped.constructor.name).toBe('WrongExpectedVersionError')
})

test('ids stay known however many events come between', async () => {
  const stream = aStream()
  const list = events('a')
  await append(stream, list)
  const other = aStream()
  for (let i = 0; i < 20; i++) {
    const many = Array.from({ length: 1000 }, () => jsonEvent({ type: 't', data: {} }))
    await bench().client.appendToStream(other, many)
  }
  expect((await append(stream, list)).nextExpectedRevision).toBe(0n)
  expect(await read(stream)).toEqual(['0:a'])
})

test('of many writers with one expectation, one wins', async () => {
  const stream = aStream()
  await append(stream, events('a'))
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) => append(stream, events(`w${i}`), 0n)),
  )
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('appends sent without waiting keep their order', async () => {
  const stream = aStream()
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) => append(stream, events(String(i)))),
  )
  expect(answers.map(answer => answer.nextExpectedRevision)).toEqual(
    answers.map((_, i) => BigInt(i)),
  )
})

test('an append of nothing is accepted and leaves no trace', async () => {
  const stream = aStream()
  const first = await append(stream, events('a'))
  await append(stream, [], 0n)
  await append(stream, events('b'), 0n)
  const all = bench().client.readAll({ fromPosition: first.position ?? START, maxCount: 10 })
  expect(await labels(all)).toEqual(['0:a', '1:b'])
})

test('a MiB of data is the most an append may hold', async () => {
  const stream = aStream()
  const sized = (bytes: number) =>
    jsonEvent({ type: 'large', data: 'x'.repeat(bytes - 2), id: randomUUID() })
  const over = await failureOf(bench().client.appendToStream(stream, sized(1024 * 1024 + 1)))
  expect(over.constructor.name).toBe('MaxAppendSizeExceededError')
  await bench().client.appendToStream(stream, sized(1024 * 1024))
  let length = 0
  for await (const { event } of bench().client.readStream(stream)) {
    length = JSON.stringify(event?.data).length
  }
  expect(length).toBe(1024 * 1024)
})
