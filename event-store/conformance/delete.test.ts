// Truncation, soft deletes, re-creation and tombstones, through the official client.
import { expect, test } from 'vitest'
import { aStream, events, failureOf, labels, useServer } from './harness.ts'

const bench = useServer()
const filled = async () => {
  const stream = aStream()
  await bench().client.appendToStream(stream, events('a', 'b', 'c'))
  return stream
}
const read = (stream: string) => labels(bench().client.readStream(stream))
const errorOf = async (promise: Promise<unknown>) => (await failureOf(promise)).constructor.name

test('$maxCount and $tb hide older events; the stronger one counts', async () => {
  const stream = await filled()
  await bench().client.setStreamMetadata(stream, { maxCount: 2 })
  expect(await read(stream)).toEqual(['1:b', '2:c'])
  await bench().client.setStreamMetadata(stream, { maxCount: 2, truncateBefore: 2 })
  expect(await read(stream)).toEqual(['2:c'])
  await bench().client.appendToStream(stream, events('d'), { expectedRevision: 2n })
  expect(await read(stream)).toEqual(['2:c', '3:d'])
})

test('a stream with all events hidden is empty, not missing', async () => {
  const stream = await filled()
  await bench().client.setStreamMetadata(stream, { truncateBefore: 10 })
  expect(await read(stream)).toEqual([])
})

test('metadata that is no metadata hides nothing', async () => {
  const stream = await filled()
  await bench().client.setStreamMetadata(stream, { $maxCount: '1' })
  expect(await read(stream)).toEqual(['0:a', '1:b', '2:c'])
})

test('a deleted stream is not found, and goes on with its numbers when it is written again', async () => {
  const stream = await filled()
  await bench().client.setStreamMetadata(stream, { maxCount: 5, own: 'x' })
  await bench().client.deleteStream(stream)
  expect(await errorOf(read(stream))).toBe('StreamNotFoundError')
  await bench().client.appendToStream(stream, events('d'), { expectedRevision: 'no_stream' })
  expect(await read(stream)).toEqual(['3:d'])
  const { metadata } = await bench().client.getStreamMetadata(stream)
  expect(metadata).toEqual({ truncateBefore: 3 })
})

test('a deleted stream does not count as existing, and its old ids do not bring it back', async () => {
  const stream = aStream()
  const list = events('a', 'b')
  await bench().client.appendToStream(stream, list)
  await bench().client.deleteStream(stream, { expectedRevision: 1n })
  const exists = bench().client.appendToStream(stream, events('c'), {
    expectedRevision: 'stream_exists',
  })
  expect(await errorOf(exists)).toBe('StreamDeletedError')
  const again = await bench().client.appendToStream(stream, list)
  expect([again.nextExpectedRevision, again.position]).toEqual([1n, undefined])
  expect(await errorOf(read(stream))).toBe('StreamNotFoundError')
})

test('metadata brings a deleted stream back, empty', async () => {
  const stream = await filled()
  await bench().client.deleteStream(stream)
  await bench().client.setStreamMetadata(stream, { maxCount: 10 })
  expect(await read(stream)).toEqual([])
  const { metadata } = await bench().client.getStreamMetadata(stream)
  expect(metadata).toEqual({ maxCount: 10, truncateBefore: 3 })
})

test('what is not there can not be deleted', async () => {
  const error = await failureOf(bench().client.deleteStream(aStream()))
  expect(error.constructor.name).toBe('WrongExpectedVersionError')
  expect(error.actualVersion).toBe(-1n)
})

test('a tombstone is for ever', async () => {
  const stream = await filled()
  await bench().client.tombstoneStream(stream)
  const { client } = bench()
  for (const attempt of [
    () => read(stream),
    () => client.appendToStream(stream, events('d')),
    () => client.deleteStream(stream),
    () => client.tombstoneStream(stream),
    () => client.getStreamMetadata(stream),
  ]) {
    expect(await errorOf(attempt())).toBe('StreamDeletedError')
  }
})

test('names that no header can carry come through errors without harm', async () => {
  for (const stream of ['어학', 'line\nbreak', 'ü x'].map(aStream)) {
    await bench().client.appendToStream(stream, events('a'))
    expect(await errorOf(bench().client.deleteStream(stream, { expectedRevision: 7n }))).toBe(
      'WrongExpectedVersionError',
    )
    expect(await read(stream)).toEqual(['0:a'])
  }
})
